"""Webhooks out: events of the log sent to addresses outside by Standard Webhooks, in order per aggregate, until they are taken."""
