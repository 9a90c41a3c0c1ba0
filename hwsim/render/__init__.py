"""What the phone prints: one module per kind of dump, each from the phone's state to text."""
