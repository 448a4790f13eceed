"""Tests of the rules: their catalogue, roles and derived values."""
