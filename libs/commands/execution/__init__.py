"""Executes commands from arrival to answer: load, judge, store, and decide again when a race is lost."""
