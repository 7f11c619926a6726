"""The differences between two versions of a project, as events. Pure: it knows records, and nothing of git."""
