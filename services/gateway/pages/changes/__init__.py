"""`/changes`."""
