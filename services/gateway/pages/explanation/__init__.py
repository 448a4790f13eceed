"""`/investment/explain`."""
