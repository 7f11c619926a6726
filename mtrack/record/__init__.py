"""The project file: its shape, its schema and the words for what breaks it, its model, the settings."""
