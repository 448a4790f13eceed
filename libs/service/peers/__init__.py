"""The other processes of an installation: where they are, whether they are the right ones, and what time it is there."""
