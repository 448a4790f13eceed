"""The page of an initiative."""
