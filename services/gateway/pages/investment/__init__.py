"""`/investment`."""
