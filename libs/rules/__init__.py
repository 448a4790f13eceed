"""The rules of the domain as pure functions: their catalogue, authority, and the values derived from facts."""
