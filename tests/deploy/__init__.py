"""What is deployed: its files, and what they start."""
