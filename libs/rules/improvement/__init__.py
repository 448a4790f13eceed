"""How services are improved: one thing at a time, by experiments, and by the seven steps of an initiative."""
