"""Spreadsheets that people keep: CSV and XLSX, read into milestones and invoices, or refused with every reason."""
