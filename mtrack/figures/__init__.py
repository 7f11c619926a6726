"""Pure arithmetic: what a project comes to (SPEC 3)."""
