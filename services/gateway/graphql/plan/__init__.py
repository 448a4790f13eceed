"""A query as a plan: what is compiled once of a document, and run for each answer. Whatever it cannot serve exactly goes to the library."""
