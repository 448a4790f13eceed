"""The demonstration portfolio: its story, how it is loaded and shown, and the executive's table."""
