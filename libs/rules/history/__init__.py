"""How things stood over time, what changed between two moments, and where a value comes from."""
