"""What is derived of a product: its phase, backlog, roadmap, needs, targets and dependencies."""
