"""GraphQL: the schema, the execution of operations, and what they may cost."""
