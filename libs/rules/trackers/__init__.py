"""The words and ids of other trackers, and what they mean here."""
