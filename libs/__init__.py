"""What the services share: events, commands, rules, and what every service needs."""
