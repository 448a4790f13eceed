"""The commit store, operators' decisions and revocations on MongoDB."""
