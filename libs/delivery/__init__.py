"""Delivers events from stores to the log and from the log to listeners: in order, once, and none lost."""
