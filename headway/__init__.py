"""The command line, the importers and the one-process stack: the only place that imports every service."""
