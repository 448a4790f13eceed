"""Limits on documents and budgets for operations, and how both are counted."""
