"""`/roadmap`."""
