"""Data files: published codes with their names in two languages."""
