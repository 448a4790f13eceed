"""`/intake`."""
