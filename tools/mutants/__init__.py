"""Puts small faults into the modules that must not have any, and says which of them no test sees: `make mutants`.

A tool of our own: mutmut 3 leaves decorated functions as they are (here: every decision, and what rules keep) and wraps the others, which the keys of
`facts.derive` would notice; cosmic-ray starts pytest anew for each fault, and collecting these tests takes longer than most of them do.
"""
