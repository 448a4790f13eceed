"""The page of improvement, and its tables on the pages of teams and products."""
