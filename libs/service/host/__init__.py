"""A running process: the services that it hosts, its metrics, and how it monitors itself."""
