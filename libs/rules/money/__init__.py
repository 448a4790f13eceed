"""Amounts, baselines, fiscal years and the figures of investments."""
