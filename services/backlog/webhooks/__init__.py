"""What GitHub, GitLab, Jira and senders of Standard Webhooks tell about items: signed, read, and said as commands."""
