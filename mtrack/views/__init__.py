"""Views as frozen records: text, JSON, CSV, Markdown and HTML draw from these and compute nothing."""
