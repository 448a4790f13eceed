"""Benchmarks: each module prints a table with the ratio to its reference; `make bench` runs them all, `make bench ARGS=NAME` one."""
