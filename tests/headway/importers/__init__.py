"""Tests of the importers: small files of our own, and properties."""
