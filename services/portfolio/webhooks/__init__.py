"""Delivers events to webhooks by Standard Webhooks, in order per aggregate, until they are accepted."""
