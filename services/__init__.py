"""The four services: three own facts, the gateway composes them."""
