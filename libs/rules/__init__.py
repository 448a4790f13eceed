"""The rules of the domain, pure: their catalogue, who may say what, and the values derived from facts."""
