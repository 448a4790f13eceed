"""The types of the schema; each holds the facts of its moment and answers without awaiting."""
