"""`/products/{id}`."""
