"""Pure arithmetic: a project's figures (docs/figures.md)."""
