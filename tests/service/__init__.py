"""Tests of what every service needs at its edge."""
