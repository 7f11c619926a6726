"""The one pipeline from a workspace to findings."""
