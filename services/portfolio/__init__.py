"""The portfolio service.

Owns organisations and their thresholds, lifecycles, programs, products, teams with their members and health, loans, investments from the proposal to what
came back, bids, what is said of a team's graduation, and the webhooks to which events are sent. Says what was done to each of them
(`libs.events.catalog.portfolio`), and announces what its clock sees change: a team's status, criteria met or lapsed, evidence expired. Listens to backlog
and roadmap for the evidence that its rules need: items added and delivered, releases published, targets and readings.
"""
