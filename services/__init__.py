"""The four services: three that own facts, and the gateway over all of them."""
