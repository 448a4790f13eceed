"""Shared parts of pages: visits, tables, charts, words, templates, errors."""
