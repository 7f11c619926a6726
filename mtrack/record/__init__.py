"""What a project file is: its shape, its schema and the words for what breaks it, its model, the settings."""
