"""Endpoints of webhooks: which addresses are allowed, and how deliveries are signed."""
