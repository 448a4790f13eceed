"""Parses the cells of foreign files: columns, numbers, days, currencies and encodings."""
