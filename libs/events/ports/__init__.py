"""What adapters must implement: commit store, log, history of an owner, dead letters, revocations, clock."""
