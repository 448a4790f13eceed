"""`/pack`, all of it to print."""
