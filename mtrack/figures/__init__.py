"""Pure arithmetic: what a project comes to (README, "The figures")."""
