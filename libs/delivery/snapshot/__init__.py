"""The snapshot of a world: what it has heard, in a local file, so that a start reads only what is new."""
