"""The types of the schema, one file for what belongs together; each holds the facts of its moment and answers without awaiting."""
