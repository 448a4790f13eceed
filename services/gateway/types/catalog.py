"""The one place that imports every type of a kind, by which the registry of them (`kinds.BY_KIND`) is filled."""

from services.gateway.types import backlog, governing, investing, organisation, product, roadmap, team

__all__ = ["backlog", "governing", "investing", "organisation", "product", "roadmap", "team"]
