"""The backlog service: it owns the backlogs of products, their items and order, user needs, and sources of webhooks.

It says `headway.backlog.{backlog,item,need,source}.….v1` (`libs.events.catalog.backlog`). It listens to the portfolio service: to products with their home,
to teams and the products they serve, because whose word counts rests on them.
"""
