"""Authentication: tokens, issuers, sessions, sign-outs, and throttling of guesses."""
