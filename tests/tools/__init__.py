"""Scripts that make the committed fixtures."""
