"""What the demonstration tells of what comes in: a queue for onboarding, opportunities beyond a program, and a redesign before the Treasury Board."""

from __future__ import annotations

from collections.abc import Iterator

from headway.demonstration.teller import Teller
from headway.importers.line import ImportLine

_CANDIDATES = (
    ("wardens", "energy", "Wardens of buildings", 70, ("Inspections", "Certificates of heat", "Notices of danger")),
    ("land-titles", "justice", "Land titles", 46, ("Search of titles", "Transfer of a title", "Copies")),
    ("ferries", "transport", "Ferries", 90, ("Sailings and seats",)),
)
"""Who waits: id, organisation, name, how many days ago it applied, and what it plans."""


def intake(say: Teller) -> Iterator[ImportLine]:
    """All of it, in an order in which each line finds what it rests on."""
    for id, organisation, name, days, products in _CANDIDATES:
        asked = {"organisation": organisation, "name": name, "products": list(products)}
        yield say("portfolio.apply_for_onboarding", say.ago(days), f"candidate:{id}", candidate=id, **asked)
    forms = {"organisation": "justice", "name": "Forms of the registry", "products": ["Forms on paper, as files"]}
    yield say("portfolio.apply_for_onboarding", say.ago(200), "candidate:forms", candidate="forms", **forms)
    yield say("portfolio.decline_candidate", say.ago(180), "candidate:forms:no", candidate="forms", reason="Nobody who could decide was free for it")
    flood = {
        "organisation": "energy",
        "text": "Permits for repairs after the flood, in three valleys",
        "starts": say.ago(15).isoformat(),
        "ends": say.ago(-75).isoformat(),
    }
    yield say("portfolio.record_opportunity", say.ago(20), "opportunity:flood", opportunity="flood-repairs", team="roadworks-team", **flood)
    once = {"organisation": "justice", "text": "One sign-in for all three ministries", "starts": say.ago(250).isoformat(), "ends": say.ago(190).isoformat()}
    yield say("portfolio.record_opportunity", say.ago(270), "opportunity:sign-in", opportunity="one-sign-in", team="licences-team", **once)
    yield say("portfolio.accept_opportunity", say.ago(262), "opportunity:sign-in:yes", by="executive@transport", opportunity="one-sign-in")
    yield say("portfolio.link_product", say.ago(90), "pg:road-users:fines", program="road-users", product="fines")
    counter = "Fines are paid at the counters where licences are renewed"
    yield say("portfolio.move", say.ago(30), "fines:moved", subject="product:fines", to="transport", reason=counter)
    why = "One application for all that makes a home warmer, instead of four that ask the same"
    yield say("portfolio.redesign_program", say.ago(150), "pg:homes:redesign", program="homes", text=why)
    act = {"program": "homes", "text": "A fund for whole houses in place of four grants", "amount": {"amount": "2400000.00", "currency": "CAD"}}
    yield say("portfolio.submit_to_treasury_board", say.ago(110), "submission:homes", submission="whole-houses", **act)
    said = {"approved": True, "reason": "Fewer visits and fewer forms pay for the change within three years"}
    yield say("portfolio.record_submission_outcome", say.ago(40), "submission:homes:yes", submission="whole-houses", **said)
