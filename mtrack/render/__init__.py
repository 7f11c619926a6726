"""A module per kind of output: pure functions from a view to text. No clock, no environment, no file reads."""
