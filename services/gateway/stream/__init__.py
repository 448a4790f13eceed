"""The event stream at `/events`."""
