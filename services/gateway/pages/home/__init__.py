"""`/`, the overview."""
