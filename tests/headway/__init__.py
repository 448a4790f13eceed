"""Tests of the command line and what stands behind it."""
