"""Graduation: where a team stands on its way, and what that rests on."""
