"""Webhooks of GitHub, GitLab, Jira and senders of Standard Webhooks: verified, parsed, and turned into commands about items and runs of pipelines."""
