"""`/evaluations/{id}`."""
