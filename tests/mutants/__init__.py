"""Mutation testing: what is mutated, by what it is judged, and the runner."""
