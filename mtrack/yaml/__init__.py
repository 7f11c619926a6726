"""YAML text with places: what it says, where each value stands, and how to change it. Knows nothing of billing."""
