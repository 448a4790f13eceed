"""`/graduation`."""
