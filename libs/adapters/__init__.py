"""Implementations of the ports on Kafka, MongoDB and SQLite, and the contract suites that they share."""
