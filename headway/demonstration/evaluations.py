"""What the demonstration tells of evaluations: what is on record for them, those that were published, one that is open, and confidence."""

from __future__ import annotations

from collections.abc import Iterator

from headway.demonstration.teller import Teller
from headway.importers.line import ImportLine

LICENCES, COURTS = "driving-licences", "court-dates"
_RECORDS = (
    (LICENCES, "training", 500, "Two days for whoever answers calls about licences, each spring and autumn", "Call centre"),
    (LICENCES, "report", 480, "Applications begun, given up and finished, by page and by month", "Product owner and ministry"),
    (LICENCES, "monitoring_problem", 130, "Uploads of photos over 8 MB end without a word; the alarm rang eleven times in a week", None),
)
_TRANSPORT = "Each change is tried with five users, read by two developers, and noted with how it is taken back"
_ANSWERS = ("yes", "yes", "partly", "yes", "yes", "yes", "no", "yes", "no")
_QUESTIONS = ("E5.1.1", "E5.1.2", "E5.2.1", "E5.2.2", "E5.2.3", "E5.3.1", "E5.3.2", "E5.3.3", "E5.3.4")
_GIVEN = {"yes": "Shown at the review in the ministry"}


_RATINGS: tuple[tuple[int, str, str, str, str, dict[str, str]], ...] = (
    (200, f"product:{LICENCES}", "high", "Nine in ten applications need nobody any more", f"product_owner@{LICENCES}", {}),
    (40, f"product:{LICENCES}", "medium_high", "The fee is a surprise still", f"product_owner@{LICENCES}", {"next_step": "Show it on the first page"}),
    (30, "team:fines-team", "high", "They know what they do", "executive@justice", {}),
    (130, f"product:{COURTS}", "medium", "The register of the courts moves next year, and nobody knows when", "portfolio_manager@justice", {}),
    (25, "program:road-users", "medium_high", "Both teams are together for two years now", "executive@transport", {}),
    (20, "investment:licences-team-money", "medium", "The second half of the year is not signed yet", "portfolio_manager@transport", {}),
)
"""Days ago, what was rated, how, why, by whom, and what is done next."""


def evaluations(say: Teller) -> Iterator[ImportLine]:
    """All of it, in an order in which each line finds what it rests on."""
    process = {"record": "transport-changes", "organisation": "transport", "kind": "change_process", "text": _TRANSPORT}
    yield say("portfolio.keep_record", say.ago(600), "record:transport", url="https://example.org/transport/changes", **process)
    for product, kind, days, text, reader in _RECORDS:
        known = {"for": reader} if reader else {}
        yield say(
            "portfolio.keep_record", say.ago(days), f"record:{product}:{kind}", record=f"{product}-{kind}", product=product, kind=kind, text=text, **known
        )
    yield say(
        "portfolio.close_record", say.ago(118), "record:photos:closed", record=f"{LICENCES}-monitoring_problem", reason="The page says how large a photo may be"
    )
    for n, (days, subject, level, words, by, more) in enumerate(_RATINGS):
        rated = {"confidence": f"rating-{n}", "subject": subject, "level": level, "words": words, **more}
        yield say("portfolio.rate_confidence", say.ago(days), f"confidence:{n}", by=by, **rated)
    yield from _whole(say, LICENCES, 410, ("yes", "partly", [2, 4, 7]), "Ask at the counter why somebody came: half of the backlog of a year began there")
    yield from _whole(say, COURTS, 352, ("partly", "yes", [1, 5]), "Send the day of a hearing by text message as well: a fifth fewer were missed")
    again = f"{LICENCES}-again"
    yield say("portfolio.start_evaluation", say.ago(12), "evaluation:again", evaluation=again, product=LICENCES, knows="licences-team-user-research")
    for question, answer in (("E5.1.1", "yes"), ("E5.3.3", "yes"), ("E5.2.1", "partly")):
        yield say("portfolio.answer_question", say.ago(9), f"evaluation:again:{question}", evaluation=again, question=question, answer=answer)
    late = "Eleven calls in a hundred applications were meant, and it is thirty-six"
    yield say("portfolio.record_shortfall", say.ago(8), "evaluation:again:calls", evaluation=again, kind="objective", text=late)


def _whole(say: Teller, product: str, days: int, verdicts: tuple[str, str, list[int]], practice: str) -> Iterator[ImportLine]:
    """An evaluation from its start to its publishing."""
    id, (effective, efficient, aims) = f"{product}-first", verdicts
    yield say("portfolio.start_evaluation", say.ago(days), f"evaluation:{id}", evaluation=id, product=product, knows="licences-team-user-research")
    for question, answer in zip(_QUESTIONS, _ANSWERS, strict=True):
        shown = {"evidence": _GIVEN[answer]} if answer in _GIVEN else {}
        yield say("portfolio.answer_question", say.ago(days - 3), f"evaluation:{id}:{question}", evaluation=id, question=question, answer=answer, **shown)
    said = {"kind": "error", "text": "Whoever changes the address on the way loses what was typed before"}
    yield say("portfolio.record_shortfall", say.ago(days - 4), f"evaluation:{id}:short", evaluation=id, **said)
    given = {"effective": effective, "efficient": efficient, "aims": aims, "frameworks": ["FitSM"]}
    yield say("portfolio.conclude_evaluation", say.ago(days - 6), f"evaluation:{id}:end", evaluation=id, **given)
    yield say("portfolio.publish_evaluation", say.ago(days - 8), f"evaluation:{id}:out", evaluation=id, good_practice=practice)
