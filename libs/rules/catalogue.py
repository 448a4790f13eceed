"""The catalogue of rules: what each says in our own words, the document it comes from, and what to do about a refusal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

IMPROVE: Final = "Phase 4 - Improve (S0)"
ITIL: Final = "Continual Improvement in ITIL 4 (S2)"
SUSTAIN: Final = "Sustain the Team & Product (S4)"
SUSTAIN_SOURCE: Final = "Sustain the Team & Product, lists recovered from the page's own source"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: `id` as in the requirements, `source` the document and its part."""

    id: str
    statement: str
    source: str
    remedy: str


_ALL = (
    Rule(
        "S0-02",
        "The Improve phase of a product ends only when the product is decommissioned.",
        f"{IMPROVE}, introduction",
        "Decommission the product, or let it stay in Improve.",
    ),
    Rule(
        "S0-03",
        "Work on a product may halt early only for a lack of resources, with the reason on record; it is a risk and not a completion.",
        f"{IMPROVE}, introduction",
        "Halt the product with the reason 'resource constraint', and say what is lacking.",
    ),
    Rule(
        "S0-08",
        "Money for enhancing a product stands beside money for supporting the version in use; support must not fall to zero.",
        f"{IMPROVE}, introduction",
        "Plan a part of the investment for support.",
    ),
    Rule(
        "S0-12",
        "The order of a backlog is decided by the product owner of that product, and by nobody else.",
        f"{IMPROVE}, Governance",
        "Ask the product owner to change the order.",
    ),
    Rule(
        "S0-13",
        "A release goes out only after the product owner of that product has signed it off.",
        f"{IMPROVE}, Governance",
        "Ask the product owner to sign the release off.",
    ),
    Rule(
        "S0-14",
        "The steering group approves an investment before any formal bid is made for it.",
        f"{IMPROVE}, Governance",
        "Bring the investment to the steering group, record its approval, then submit the bid.",
    ),
    Rule(
        "S0-15",
        "A bid names its investment, amount and deciding body, and rests on the decision that allowed it.",
        f"{IMPROVE}, Governance",
        "Submit the bid for the approved investment with its amount and body, and record its outcome once.",
    ),
    Rule(
        "S0-16",
        "A change of what a product does goes to the change advisory board (CAB); its release waits for an approving outcome.",
        f"{IMPROVE}, Governance",
        "Raise a change request, link it to the release, and have the board decide it.",
    ),
    Rule(
        "S0-17",
        "A change of how a product relates to other services goes to the change advisory board (CAB) too.",
        f"{IMPROVE}, Governance",
        "Raise a change request for the dependency, and have the board decide it.",
    ),
    Rule(
        "S2-08",
        "A target is set only for a metric whose baseline has been measured, so that there is something to compare with.",
        f"{ITIL}, step 2: Where are we now?",
        "Measure the baseline of the metric, then set the target.",
    ),
    Rule(
        "S4-02",
        "A phase is entered when its pre-conditions are met; for Sustain these are R-01, R-02 and the good health of both team and product.",
        f"{SUSTAIN}, Pre-conditions",
        "Meet the pre-conditions that are named, then enter the phase.",
    ),
    Rule(
        "S4-03",
        "A product is improved without end: money is for product and team, not for a one-off project with a fixed scope and an end date.",
        f"{SUSTAIN}, Adopt Continuous Product Improvement",
        "Fund the product as ongoing, without an end date.",
    ),
    Rule(
        "S4-17",
        "A function of the home organisation takes over only once it has prepared for that.",
        f"{SUSTAIN}, LabOps Resources",
        "Prepare the hand-off with the function, then have it accepted.",
    ),
    Rule(
        "S4-18",
        "A graduation is celebrated with a ceremony and a story, once the hand-off is accepted and the story says what failed.",
        f"{SUSTAIN}, LabOps Resources",
        "Finish the hand-off and tell the story, then hold the ceremony.",
    ),
    Rule(
        "R-01",
        "A beta release of one of the team's products is in the hands of the people it is for.",
        f"{SUSTAIN_SOURCE}, Pre-conditions",
        "Publish a beta release that the product owner has signed off.",
    ),
    Rule(
        "R-02",
        "The backlog of open items shrinks: over the last four month ends it never grew, and it is smaller than it was.",
        f"{SUSTAIN_SOURCE}, Pre-conditions",
        "Deliver or drop more items than are added, month by month.",
    ),
    Rule(
        "R-03",
        "The home organisation has the team's core roles filled, with its own people as product owner and as at least half of the core.",
        f"{SUSTAIN_SOURCE}, What success looks like",
        "Fill the open core roles, and bring in staff where contractors sit.",
    ),
    Rule(
        "R-04",
        "The product meets what users and stakeholders expect: targets are hit, satisfaction is measured, and an executive attests it.",
        f"{SUSTAIN_SOURCE}, What success looks like",
        "Hit a due target and miss none, read a satisfaction metric, and ask an executive to attest.",
    ),
    Rule(
        "R-05",
        "An executive has told the story of what was achieved honestly, with what failed.",
        f"{SUSTAIN_SOURCE}, What success looks like",
        "Tell the story, and say in it what failed.",
    ),
    Rule(
        "R-06",
        "All five functions of the home organisation have accepted the hand-off.",
        f"{SUSTAIN_SOURCE}, functions to bring along",
        "Prepare the hand-off with each function that is open, and have its executive accept it.",
    ),
)

RULES: Final[Mapping[str, Rule]] = MappingProxyType({rule.id: rule for rule in _ALL})
