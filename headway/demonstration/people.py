"""What the demonstration tells of people: names that lie apart from events, one of them taken away since, and who answers for what."""

from __future__ import annotations

from collections.abc import Iterator

from headway.demonstration.teller import Teller
from headway.importers.line import ImportLine

_NAMES = (
    ("licences-team-product-owner", "Noor Haddad", "noor.haddad@transport.example", "transport"),
    ("licences-team-user-research", "Ivo Marek", None, "transport"),
    ("courts-team-product-owner", "Aroha Ngata", None, "justice"),
    ("permits-team-user-research", "Lena Okafor", None, "energy"),
    ("dm-transport", "Sunil Pereira", None, "transport"),
    ("adm-transport", "Chiara Lindqvist", None, "transport"),
)
"""Id, name, address and organisation of those whose names were registered."""
_ANSWERING = (
    (900, "product:driving-licences", "adm-transport", "sponsor"),
    (640, "product:driving-licences", "dm-transport", "senior_responsible_owner"),
    (400, "product:driving-licences", "licences-team-product-owner", "product_owner"),
    (120, "product:driving-licences", "dm-transport", "sponsor"),
    (300, "program:road-users", "adm-transport", "senior_responsible_owner"),
    (210, "organisation:transport", "dm-transport", "senior_responsible_owner"),
    (200, "team:licences-team", "adm-transport", "sponsor"),
)
"""How many days ago who was named for what, and as what."""


def people(say: Teller) -> Iterator[ImportLine]:
    """All of it, in an order in which each line finds what it rests on."""
    for id, name, address, organisation in _NAMES:
        where = {"address": address} if address else {}
        yield say("portfolio.register_person", say.ago(960), f"person:{id}", person=id, name=name, organisation=organisation, **where)
    for n, (days, subject, person, role) in enumerate(_ANSWERING):
        named = {"subject": subject, "person": person, "as": role}
        yield say("portfolio.name_accountable", say.ago(days), f"accountable:{n}", accountable=f"accountable-{n}", **named)
    left = "Left the team, and asked for it"
    yield say("portfolio.forget_person", say.ago(20), "person:forgotten", by="lab_ops", person="permits-team-user-research", reason=left)


def precedents(say: Teller) -> Iterator[ImportLine]:
    """What came of the loan, the agreement that it rested on, and the case that others can go by; and seats that are offered to another ministry."""
    letter = {
        "parties": ["justice", "energy"],
        "text": "A team of Justice works for Energy for six weeks; Energy bears what it costs",
        "signed_on": say.ago(205).isoformat(),
    }
    yield say("portfolio.record_agreement", say.ago(200), "agreement:letter", agreement="notary-letter", **letter)
    told = {
        "title": "A team lent by a letter of one page",
        "text": "Two ministries shared a team within a week, without a contract",
        "loan": "notary-team-loan",
    }
    yield say("portfolio.publish_precedent", say.ago(60), "precedent:letter", precedent="notary-precedent", agreement="notary-letter", **told)
    release = "notary-register-counter"
    out = {"product": "notary-register", "stage": "beta", "title": "The register at the counters of Energy", "functional": False}
    yield say("roadmap.propose_release", say.ago(185), "release:counter", release=release, **out)
    yield say("roadmap.sign_off_release", say.ago(176), "release:counter:signed", by="product_owner@notary-register", release=release)
    yield say("roadmap.publish_release", say.ago(175), "release:counter:out", release=release)
    yield say("portfolio.record_delivery", say.ago(174), "loan:delivered", loan="notary-team-loan", release=release)
    seats = {"team": "licences-team", "people": ["licences-team-user-research"], "borrower": "energy", "staffing": "staff"}
    until = say.ago(-40).isoformat()
    yield say("portfolio.lend_seats", say.ago(12), "seats:offered", loan="licences-seats", agreement="Talks between two directors", until=until, **seats)
