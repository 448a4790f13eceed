"""Helpers around Python and the machine: back-off, cancellation, memory, and private files."""
