"""What git remembers of a workspace, read and never written."""
