"""The list and the pages of every kind, made from its declaration."""
