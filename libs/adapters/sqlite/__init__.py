"""Store and log in SQLite files."""
