"""`/teams/{id}`."""
