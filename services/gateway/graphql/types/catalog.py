"""The one place that imports every type of a kind, by which the registry of them (`kinds.BY_KIND`) is filled."""

from services.gateway.graphql.types import (
    backlog,
    evaluations,
    feedback,
    governance,
    improvements,
    initiatives,
    investments,
    organisation,
    product,
    roadmap,
    team,
)

__all__ = ["backlog", "evaluations", "feedback", "governance", "improvements", "initiatives", "investments", "organisation", "product", "roadmap", "team"]
