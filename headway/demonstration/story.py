"""A demonstration portfolio of our own making: three ministries, eight teams, one for each status, told as command lines up to a day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from headway.demonstration.evaluations import evaluations
from headway.demonstration.feedback import feedback
from headway.demonstration.improvements import improvements
from headway.demonstration.initiatives import initiatives, monitored
from headway.demonstration.intake import intake
from headway.demonstration.people import people, precedents
from headway.demonstration.teller import Life, Teller
from headway.importers.line import ImportLine
from libs.events.catalog.portfolio.graduation import HomeFunction
from libs.events.catalog.portfolio.team import CORE_ROLES

ORGANISATIONS = {"transport": "Ministry of Transport", "justice": "Ministry of Justice", "energy": "Ministry of Energy"}
FUNCTIONS = tuple(function.value for function in HomeFunction)
CORE = tuple(role.value for role in CORE_ROLES)
WISHES = (
    "Sign in with one account",
    "See what is missing",
    "Save and go on later",
    "Pay online",
    "Get a message when it is decided",
    "Read it in plain words",
    "Use it on a phone",
    "Use it with a screen reader",
    "Ask a person",
    "Correct a mistake",
    "Print a copy",
    "Give feedback",
)
RESTS_ON = {"resident-parking": "driving-licences", "insulation-grants": "solar-permits"}
"""Products that depend on another."""
EXPOSURES = (
    (40, "privacy", "review", "How consent is asked for, before anything was stored"),
    (95, "security", "demo", "Why a release a week is the safer way"),
    (180, "architecture", "shadowing", "A week beside the developers: what it takes to change the register"),
    (420, "finance", "demo", "Money for a team rather than for a project"),
)
"""Days after a team was formed, and who saw it at work then: never HR management or project managers, and finance only late."""
LARGER = (("Apply online", "now"), ("Follow an application", "next"), ("Share what is known with other offices", "later"))


LIVES = (
    Life(
        "licences-team", "Licences", "transport", "road-users", "driving-licences", "Driving licences", 950, 620_000, 240_000, twists=frozenset({"rebaseline"})
    ),
    Life("courts-team", "Courts", "justice", "open-courts", "court-dates", "Court dates", 580, 540_000, 180_000, twists=frozenset({"refunded"})),
    Life("permits-team", "Permits", "energy", "homes", "solar-permits", "Solar permits", 720, 480_000, 160_000, twists=frozenset({"a-seat-falls-empty"})),
    Life("fines-team", "Fines", "justice", "open-courts", "fines", "Pay a fine", 314, 390_000, 130_000),
    Life("parking-team", "Parking", "transport", "road-users", "resident-parking", "Resident parking", 272, 350_000, 90_000),
    Life("grants-team", "Grants", "energy", "homes", "insulation-grants", "Insulation grants", 248, 420_000, 140_000),
    Life("roadworks-team", "Roadworks", "transport", "road-users", "roadworks", "Roadworks near me", 100, 300_000, 60_000, twists=frozenset({"undecided"})),
    Life("notary-team", "Notaries", "justice", "open-courts", "notary-register", "Register of notaries", 500, 260_000, 0, twists=frozenset({"lent", "pivots"})),
)


def lines(today: date) -> list[ImportLine]:
    """Everything said before `today`, in an order in which each line finds what it rests on; equal days give equal lines."""
    told = [line for order in _chapters(today) for line in sorted(order, key=lambda line: line.at or "")]
    return [line for line in told if (line.at or "") < today.isoformat()]


def _chapters(today: date) -> Iterator[list[ImportLine]]:
    """Portfolio, then backlogs, then roadmaps, then what rests on all three."""
    say = Teller(today)
    began = say.ago(1080)
    yield [
        *(
            say("portfolio.register_organisation", began, f"o:{o}", organisation=o, name=n, currency="CAD", fiscal_year_start="04-01")
            for o, n in ORGANISATIONS.items()
        ),
        *(say("portfolio.open_program", began, f"pg:{p}", program=p, name=n, home=h) for p, n, h in _PROGRAMS),
        say("portfolio.rename", say.ago(200), "pg:homes:renamed", subject="program:homes", name="Warmer homes", reason="Said as people say it"),
    ]
    yield [line for life in LIVES for line in _founding(life, say)]
    yield [line for life in LIVES for line in _backlog(life, say)]
    yield [line for life in LIVES for line in _roadmap(life, say)]
    yield [line for life in LIVES for line in _graduation(life, say)]
    yield [line for life in LIVES for line in _money(life, say)]
    yield list(improvements(say))
    yield list(initiatives(say))
    yield list(feedback(say))
    yield list(people(say))
    yield list(precedents(say))
    yield list(evaluations(say))
    yield list(intake(say))


_PROGRAMS = (("road-users", "Road users", "transport"), ("open-courts", "Open courts", "justice"), ("homes", "Homes that need less", "energy"))


def _amount(value: float, currency: str) -> dict[str, str]:
    return {"amount": f"{value:.2f}", "currency": currency}


def _founding(life: Life, say: Teller) -> Iterator[ImportLine]:
    t, p = life.team, life.product
    funding: dict[str, Any] = {"funding": "ongoing_product", "kind": "operating"}
    if "undecided" in life.twists:
        funding = {"funding": "one_off_project", "kind": "capital", "ends": say.ago(-200).isoformat()}
    yield say("portfolio.register_product", say.day(life, -90), f"{t}:product", product=p, name=life.title, home=life.home, program=life.program)
    yield say(
        "portfolio.propose_investment",
        say.day(life, -60),
        f"{t}:investment",
        investment=f"{t}-money",
        team=t,
        product=p,
        enhance=_amount(life.enhance, life.currency),
        support=_amount(life.support, life.currency),
        value=f"Fewer visits to an office for {life.title.lower()}",
        procurement="Digital procurement desk",
        **funding,
    )
    if "undecided" not in life.twists:
        yield say(
            "portfolio.decide_investment",
            say.day(life, -40),
            f"{t}:decision",
            by=f"steering_group@{life.home}",
            investment=f"{t}-money",
            approved=True,
            reason="The alpha showed its value",
        )
        total = _amount(life.enhance + life.support, life.currency)
        yield say("portfolio.submit_bid", say.day(life, -30), f"{t}:bid", bid=f"{t}-bid", investment=f"{t}-money", amount=total, body="Treasury Board")
        yield say("portfolio.record_bid_outcome", say.day(life, -10), f"{t}:outcome", bid=f"{t}-bid", won=True, reason="As decided")
    yield say("portfolio.form_team", say.day(life, 0), f"{t}:team", team=t, name=life.name, home=life.home, products=[p])
    for n, role in enumerate(CORE):
        yield say(
            "portfolio.join_team",
            say.day(life, n),
            f"{t}:join:{role}",
            team=t,
            person=f"{t}-{role}".replace("_", "-"),
            role=role,
            core=True,
            staffing="contracted" if n in (1, 3) else "staff",
        )
    yield say("portfolio.enter_phase", say.day(life, 1), f"{t}:alpha", product=p, phase="alpha")
    yield say("portfolio.enter_phase", say.day(life, 166), f"{t}:beta", product=p, phase="beta")


def _backlog(life: Life, say: Teller) -> Iterator[ImportLine]:
    t, p = life.team, life.product
    yield say("backlog.open_backlog", say.day(life, 5), f"{t}:backlog", product=p, owner=f"{t}-product-owner")
    for n, text in enumerate(("apply without a visit", "know what comes next")):
        yield say(
            "backlog.record_need",
            say.day(life, 6),
            f"{t}:need:{n}",
            need=f"{p}-need-{n}",
            product=p,
            user="a resident",
            text=text,
            origin="discovery",
            prioritised=True,
        )
    for n, title in enumerate(WISHES):
        yield say(
            "backlog.add_item",
            say.day(life, 20 + n),
            f"{t}:item:{n}",
            item=f"{p}-{n}",
            product=p,
            title=title,
            roadmap_item=f"{p}-r{min(n // 5, 2)}",
            need=f"{p}-need-{n % 2}",
        )
        if n < 10:
            yield say("backlog.start_item", say.day(life, 90 + 18 * n), f"{t}:start:{n}", item=f"{p}-{n}")
            yield say("backlog.deliver_item", say.day(life, 104 + 18 * n), f"{t}:deliver:{n}", item=f"{p}-{n}")
    yield say("backlog.judge_need", say.day(life, 240), f"{t}:judged", need=f"{p}-need-0", verdict="met", evidence="exit survey")
    yield say(
        "backlog.reorder_backlog",
        say.day(life, 60),
        f"{t}:order",
        by=f"product_owner@{p}",
        product=p,
        item=f"{p}-7",
        position=1,
        reason="Everyone must be able to use it",
    )


def _roadmap(life: Life, say: Teller) -> Iterator[ImportLine]:
    t, p = life.team, life.product
    for n, (title, horizon) in enumerate(LARGER):
        ends = (say.day(life, 220 + 150 * n)).isoformat()
        yield say(
            "roadmap.place_item",
            say.day(life, 10),
            f"{t}:road:{n}",
            item=f"{p}-r{n}",
            product=p,
            title=title,
            horizon=horizon,
            starts=say.day(life, 20 + 150 * n).isoformat(),
            ends=ends,
        )
    yield say(
        "roadmap.redate_item", say.day(life, 130), f"{t}:slip", item=f"{p}-r0", ends=say.day(life, 250).isoformat(), reason="Payment took longer than planned"
    )
    yield say(
        "roadmap.redate_item",
        say.day(life, 200),
        f"{t}:slip-again",
        item=f"{p}-r1",
        ends=say.day(life, 380 + life.formed % 50).isoformat(),
        reason="It waits for the one before",
    )
    yield say("roadmap.finish_item", say.day(life, 251), f"{t}:done", item=f"{p}-r0")
    yield say("roadmap.move_item", say.day(life, 252), f"{t}:next", item=f"{p}-r1", horizon="now")
    links = [f"https://plans.example.org/{p}"]
    yield say(
        "roadmap.describe_item",
        say.day(life, 253),
        f"{t}:more",
        item=f"{p}-r1",
        owner=f"{t}-product-owner",
        links=links,
        notes="Two offices have asked for it.",
    )
    metric = {
        "metric": f"{p}-satisfaction",
        "product": p,
        "name": "Satisfaction",
        "kind": "quantitative",
        "unit": "percent",
        "goal": "Four in five are satisfied",
    }
    how = {
        "method": "five-point scale after each visit",
        "tool": "survey",
        "source": "exit survey",
        "responsible": f"{t}-user-research",
        "measures": "satisfaction",
    }
    yield say("roadmap.define_metric", say.day(life, 50), f"{t}:metric", **metric, **how)
    yield say("roadmap.measure_baseline", say.day(life, 65), f"{t}:baseline", metric=f"{p}-satisfaction", value="61")
    yield say("roadmap.set_target", say.day(life, 70), f"{t}:target", metric=f"{p}-satisfaction", value="80", due=say.day(life, 290).isoformat())
    for n, (day, value) in enumerate(((150, "69"), (255, "82"), (400, "83"), (540, "85"), (690, "84"), (830, "86"), (940, "87"))):
        yield say("roadmap.read_metric", say.day(life, day), f"{t}:reading:{n}", metric=f"{p}-satisfaction", value=value)
    release = f"{p}-beta"
    yield say("roadmap.propose_release", say.day(life, 150), f"{t}:release", release=release, product=p, stage="beta", title="Public beta", functional=True)
    yield say("roadmap.raise_change_request", say.day(life, 151), f"{t}:change", change=f"{p}-change", product=p, release=release, title="Open it to everyone")
    if p in RESTS_ON:
        yield say("roadmap.add_dependency", say.day(life, 21), f"{t}:rests", change=f"{p}-rests", product=p, on=RESTS_ON[p])
        yield say(
            "roadmap.decide_change",
            say.day(life, 30),
            f"{t}:rests-cab",
            by=f"cab@{life.home}",
            change=f"{p}-rests",
            approved=True,
            reason="They share the register",
        )
    yield say("roadmap.decide_change", say.day(life, 158), f"{t}:cab", by=f"cab@{life.home}", change=f"{p}-change", approved=True, reason="Tested with users")
    yield say("roadmap.sign_off_release", say.day(life, 163), f"{t}:signed", by=f"product_owner@{p}", release=release)
    yield say("roadmap.publish_release", say.day(life, 165), f"{t}:published", release=release)
    yield from monitored(say, release, p, say.day(life, 165), say.day(life, 256))


def _graduation(life: Life, say: Teller) -> Iterator[ImportLine]:
    t = life.team
    pivots = "pivots" in life.twists
    for day, function, form, note in EXPOSURES:
        yield say("portfolio.record_exposure", say.day(life, day), f"{t}:exposure:{day}", team=t, function=function, form=form, note=note)
    for subject in ("team", "product"):
        yield say(
            "portfolio.record_health", say.day(life, 230), f"{t}:health:{subject}", team=t, subject=subject, reading="good", source="health check of the lab"
        )
    if pivots:
        yield say("portfolio.pivot_away", say.day(life, 440), f"{t}:pivot", team=t, reason="The register moves to the chamber of notaries by law")
        return
    yield say("portfolio.prepare_handoff", say.day(life, 235), f"{t}:prepare:0", team=t, function=FUNCTIONS[0], evidence="operating agreement")
    yield say("portfolio.enter_sustain", say.day(life, 243), f"{t}:sustain", team=t)
    for n, function in enumerate(FUNCTIONS):
        if n:
            yield say(
                "portfolio.prepare_handoff",
                say.day(life, 244 + n),
                f"{t}:prepare:{n}",
                team=t,
                function=function,
                evidence=f"plan of the {function.replace('_', ' ')}",
            )
        yield say("portfolio.accept_handoff", say.day(life, 256 + 8 * n), f"{t}:accept:{n}", team=t, function=function, accepted_by=life.home)
    for n, day in enumerate((265, 560, 850)):
        yield say(
            "portfolio.attest",
            say.day(life, day),
            f"{t}:attest:{n}",
            by=f"executive@{life.home}",
            team=t,
            criterion="R-04",
            statement="Fit to be shown to the Minister",
        )
    yield say(
        "portfolio.tell_story",
        say.day(life, 300),
        f"{t}:story",
        by=f"executive@{life.home}",
        team=t,
        achieved=f"{life.title}: four in five now need no visit",
        failed="The first payment provider had to be replaced",
        channels=["newsletter", "open day"],
        people=[f"{t}-product-owner", f"{t}-user-research"],
    )
    yield say("portfolio.hold_ceremony", say.day(life, 320), f"{t}:ceremony", team=t)
    if "a-seat-falls-empty" in life.twists:
        yield say("portfolio.leave_team", say.day(life, life.formed - 25), f"{t}:leaves", team=t, person=f"{t}-user-research")


def _money(life: Life, say: Teller) -> Iterator[ImportLine]:
    t, money = life.team, f"{life.team}-money"
    if "undecided" in life.twists:
        yield say(
            "portfolio.approve_override",
            say.day(life, 1),
            f"{t}:approval",
            by=f"executive@{life.home}",
            approval=f"{t}-early-bid",
            rule="S0-14",
            command="portfolio.submit_bid",
            subject=f"investment:{money}",
            reason="The round of the Treasury Board closes before the steering group meets",
        )
        return
    begun = say.day(life, 0)
    first = begun.year if begun.month >= 4 else begun.year - 1
    halves = {name: _amount(value / 2, life.currency) for name, value in (("enhance", life.enhance), ("support", life.support))}
    years = [{"starts": f"{year}-04-01", **halves} for year in (first, first + 1)]
    yield say("portfolio.plan_years", say.day(life, 10), f"{t}:years", investment=money, years=years)
    quarterly = (life.enhance + life.support) / 4
    quarters = min(4, life.formed // 91)
    for n in range(quarters):
        start, end = say.day(life, 91 * n), say.day(life, 91 * (n + 1) - 1)
        spent = _amount(quarterly * (1.06 if n % 2 else 0.97), life.currency)
        yield say(
            "portfolio.record_actual",
            end + timedelta(days=1),
            f"{t}:actual:{n}",
            investment=money,
            amount=spent,
            covers_from=start.isoformat(),
            covers_until=end.isoformat(),
        )
    if "refunded" in life.twists:
        days: dict[str, Any] = {"covers_from": say.day(life, 91).isoformat(), "covers_until": say.day(life, 181).isoformat()}
        back: dict[str, Any] = {"amount": _amount(-4_800, life.currency), "reason": "Seats of a tool that nobody used were given back"}
        yield say("portfolio.record_actual", say.day(life, 230), f"{t}:refund", investment=money, **back, **days)
    total = life.enhance + life.support
    yield say("portfolio.record_forecast", say.day(life, 200), f"{t}:forecast", investment=money, amount=_amount(total * 1.04, life.currency))
    if "rebaseline" in life.twists:
        yield say(
            "portfolio.rebaseline_investment",
            say.day(life, 330),
            f"{t}:rebaseline",
            by=f"steering_group@{life.home}",
            investment=money,
            enhance=_amount(life.enhance * 0.8, life.currency),
            support=_amount(life.support * 1.2, life.currency),
            approver="steering group of Transport",
            reason="Less is new, more is in use",
        )
    if life.formed > 400 and "pivots" not in life.twists:
        yield say(
            "portfolio.record_return",
            say.day(life, 400),
            f"{t}:return",
            investment=money,
            amount=_amount(total * 1.1, life.currency),
            description="Visits and letters that were not needed",
        )
    if "lent" in life.twists:
        yield say(
            "portfolio.lend_team",
            say.day(life, 300),
            f"{t}:lent",
            by=f"portfolio_manager@{life.home}",
            loan=f"{t}-loan",
            team=t,
            lender=life.home,
            borrower="energy",
            product=life.product,
            staffing="contracted",
            agreement="Letter between the two ministries",
            until=say.day(life, 345).isoformat(),
        )
        yield say("portfolio.accept_loan", say.day(life, 300), f"{t}:taken", by="portfolio_manager@energy", loan=f"{t}-loan")
        yield say("portfolio.return_team", say.day(life, 345), f"{t}:returned", loan=f"{t}-loan")


def personas() -> Sequence[str]:
    """Roles worth a look at the demonstration portfolio."""
    return ("executive", "portfolio_manager@transport", "product_owner@driving-licences", "team@licences-team", "auditor")
