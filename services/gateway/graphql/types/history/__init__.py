"""Types for history: changes, stories, explanations, the event stream."""
