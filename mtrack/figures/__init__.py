"""Pure arithmetic: what a project comes to (docs/figures.md)."""
