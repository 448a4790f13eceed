"""`/teams` and `/products`, narrowed by what is typed."""
