"""Rules about the history: what a commit changed that should have stayed, or should have been recorded otherwise."""
