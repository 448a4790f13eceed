"""The gateway: hears every service, holds the world, and answers what is asked of all of them together.

It owns no facts and says no events. It answers GraphQL at any (`asOf`, `knownAt`) from one consistent world, forwards mutations to the services that own
what they change, and gives the log as SSE or NDJSON to whoever has no Kafka.
"""
