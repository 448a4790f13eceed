"""Forwards commands to their owners, and requests to services that run elsewhere."""
