"""What rules make of evaluations: the evidence of their questions, and what they come to."""
