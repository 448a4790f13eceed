"""Answers about no one kind: what people search for, what waits for them, and why something is blocked."""
