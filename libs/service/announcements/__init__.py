"""Announcements that a service makes by itself: its clock, and what the clock must examine."""
