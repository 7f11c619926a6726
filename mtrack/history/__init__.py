"""The git history of a workspace, read and never written."""
