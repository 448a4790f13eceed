"""Actions on pages: commands as forms made from their declarations, and which of them a reader is offered."""
