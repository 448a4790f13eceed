"""Whole stories over the whole system."""
