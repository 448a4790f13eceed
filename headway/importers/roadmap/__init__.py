"""Roadmaps written in Markdown, version by version."""
