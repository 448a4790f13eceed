"""The figures of investments, to the cent: for one, a team, a product, a program, an organisation or the portfolio (S0-08, S4-09)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Annotated, Final

from annotated_doc import Doc

from libs.events.catalog.portfolio.investment import INVESTMENT, Investment
from libs.events.catalog.portfolio.organisation import ORGANISATION
from libs.events.catalog.portfolio.product import PRODUCT
from libs.events.catalog.portfolio.program import PROGRAM
from libs.events.catalog.portfolio.team import TEAM
from libs.events.facts import Facts
from libs.rules.money import warnings
from libs.rules.money.amounts import NOTHING, Amount, Sum
from libs.rules.money.lots import ids, in_lots
from libs.rules.money.spending import borne, borne_at, home_of, investments_by_home
from libs.rules.money.warnings import Warning
from libs.rules.products.homes import products_at, teams_at

_EACH: Final = " One entry a currency, by its code; empty where there is nothing."


@dataclass(frozen=True, slots=True)
class Figures:
    """What investments come to, one amount a currency in order of its code, and what to be warned of.

    `committed` is of the current baselines of what was approved: the sum of `enhance`, `support` and what nobody has split (`unsplit`). `forecast` is what
    that is expected to cost, `against_first_baseline` and `against_current_baseline` the forecast less that baseline; `actual` was spent, `returned` came
    back.
    """

    committed: Annotated[tuple[Amount, ...], Doc(f"The current baselines of approved investments: the sum of enhance, support and unsplit.{_EACH}")]
    forecast: Annotated[tuple[Amount, ...], Doc(f"What approved investments are expected to cost in the end.{_EACH}")]
    actual: Annotated[tuple[Amount, ...], Doc(f"What was spent up to this day, spread evenly over the days it covers.{_EACH}")]
    enhance: Annotated[tuple[Amount, ...], Doc(f"The part committed to enhancing products.{_EACH}")]
    support: Annotated[tuple[Amount, ...], Doc(f"The part committed to supporting the versions in use.{_EACH}")]
    unsplit: Annotated[tuple[Amount, ...], Doc(f"The part of what is committed that nobody has split into enhance and support.{_EACH}")]
    returned: Annotated[tuple[Amount, ...], Doc(f"What came back or was saved.{_EACH}")]
    against_first_baseline: Annotated[tuple[Amount, ...], Doc(f"Forecast less the first baseline.{_EACH}")]
    against_current_baseline: Annotated[tuple[Amount, ...], Doc(f"Forecast less the current baseline.{_EACH}")]
    warnings: tuple[Warning, ...]


@dataclass(frozen=True, slots=True)
class Sums:
    """The same as sums, before anything is added to them."""

    committed: Sum = NOTHING
    forecast: Sum = NOTHING
    actual: Sum = NOTHING
    enhance: Sum = NOTHING
    support: Sum = NOTHING
    unsplit: Sum = NOTHING
    returned: Sum = NOTHING
    against_first_baseline: Sum = NOTHING
    against_current_baseline: Sum = NOTHING


def of_investment(facts: Facts, id: str) -> Figures:
    """The figures of one investment; nothing in all of them where it is unknown."""
    return _figures(facts.derive(sums, id), facts.derive(warnings.of_investment, id))


def of_team(facts: Facts, id: str) -> Figures:
    """Of all investments in a team, with all they have spent: a loan moves spending between organisations, not between teams."""
    return _together(facts, "team", id)


def of_product(facts: Facts, id: str) -> Figures:
    """Of all investments in a product; one that names a team alone counts in no product."""
    return _together(facts, "product", id)


def of_program(facts: Facts, id: str) -> Figures:
    """Of all investments in a program's products, or without a product in a team that serves one of them: so programs may overlap."""
    return _together(facts, "program", id)


def of_organisation(facts: Facts, id: str) -> Figures:
    """Of all investments at home in an organisation; spent is what it bears itself, for teams it has borrowed too (`libs.rules.money.spending`)."""
    return _together(facts, "organisation", id)


def of_portfolio(facts: Facts, organisation: str | None) -> Figures:
    """Of an organisation's portfolio, or (None) of everything, also of what belongs to no organisation that is known."""
    return _together(facts, "portfolio", None) if organisation is None else facts.derive(of_organisation, organisation)


def investments_in(facts: Facts, subject: str, id: str | None) -> tuple[str, ...]:
    """The ids of the investments that make the figures of a team, product, program or organisation, or (`portfolio` without an id) of everything, each once."""
    if id is None:
        return ids(facts, INVESTMENT)
    if subject in ("organisation", "portfolio"):
        return facts.derive(investments_by_home).get(id, ())
    if subject != "program":
        return tuple(investment.id for investment in facts.related(INVESTMENT, subject, id))
    products = [product.id for product in facts.related(PRODUCT, "program", id)]
    teams = {team.id for product in products for team in facts.related(TEAM, "products", product)}
    found = [i.id for product in products for i in facts.related(INVESTMENT, "product", product)]
    found += [i.id for team in sorted(teams) for i in facts.related(INVESTMENT, "team", team) if i.product is None]
    return tuple(dict.fromkeys(found))


def first_baselines(facts: Facts, subject: str, id: str | None) -> tuple[Amount, ...]:
    """What was approved first of all approved investments of a subject together, one amount a currency (S0-14)."""
    found = (facts.get(INVESTMENT, one) for one in investments_in(facts, subject, id))
    return Sum.of(*(one.first_baseline.amount for one in found if one and one.approved and one.first_baseline)).to_tuple()


def sums(facts: Facts, id: str) -> Sums:
    """The sums of one investment. What is not approved counts in `actual` and `returned` alone."""
    investment = facts.get(INVESTMENT, id)
    if investment is None:
        return Sums()
    actual = Sum.of(*(a.amount for a in investment.actuals))
    returned = Sum.of(*(r.amount for r in investment.returns))
    if not investment.approved:
        return Sums(actual=actual, returned=returned)
    first, current = investment.first_baseline, investment.current_baseline
    forecast = _forecast(investment, actual)
    return Sums(
        committed=Sum.of(current.amount) if current else NOTHING,
        forecast=forecast,
        actual=actual,
        enhance=Sum.of(current.enhance) if current else NOTHING,
        support=Sum.of(current.support) if current else NOTHING,
        unsplit=Sum.of(current.amounts.unsplit) if current else NOTHING,
        returned=returned,
        against_first_baseline=forecast - Sum.of(first.amount) if first else NOTHING,
        against_current_baseline=forecast - Sum.of(current.amount) if current else NOTHING,
    )


def _forecast(investment: Investment, actual: Sum) -> Sum:
    """Of what is closed, what was spent; else what was recorded last, or the larger of the current baseline and what was spent."""
    if investment.closed is not None:
        return actual
    if investment.forecast is not None:
        return Sum.of(investment.forecast.amount)
    baseline = investment.current_baseline
    if baseline is None:
        return actual
    unspent = baseline.amount.amount - actual.get(baseline.amount.currency)
    return actual + Sum([(baseline.amount.currency, max(unspent, Decimal(0)))])


def added(facts: Facts, id: str) -> Mapping[tuple[str, str], Sum]:
    """What one investment adds to the sums of organisations, by the organisation and the name of the sum: `total` of each is what all investments add to it."""
    home, its = facts.derive(home_of, id), facts.derive(sums, id)
    found = {(home, field.name): getattr(its, field.name) for field in fields(Sums) if field.name != "actual"} if home is not None else {}
    borne_of = {(bearer, "actual"): part for bearer, part in facts.derive(borne, id) if bearer is not None}
    return {key: part for key, part in (found | borne_of).items() if part}


def total(facts: Facts, subject: str, id: str | None) -> Sums:
    """The sums of all investments of a team, product, program, organisation or portfolio, each once, and what an organisation bears; without the warnings
    beside them, which rest on far more.
    """
    found = [facts.derive(_sums_of, some) for some in in_lots(facts.derive(investments_in, subject, id))]
    whole = _added_up(found)
    return replace(whole, actual=facts.derive(borne_at, id)) if id is not None and subject in ("organisation", "portfolio") else whole


def _sums_of(facts: Facts, some: tuple[str, ...]) -> Sums:
    return _added_up([facts.derive(sums, one) for one in some])


def _added_up(parts: Sequence[Sums]) -> Sums:
    return Sums(**{field.name: Sum.total(getattr(part, field.name) for part in parts) for field in fields(Sums)})


def _together(facts: Facts, subject: str, id: str | None) -> Figures:
    """The figures of a subject's investments, with the warnings of what they are about."""
    return _figures(facts.derive(total, subject, id), facts.derive(_warned, subject, id))


def _warned(facts: Facts, subject: str, id: str | None) -> tuple[Warning, ...]:
    about = zip(_WARNINGS, facts.derive(_about, subject, id), strict=True)
    return warnings.ordered(warning for rule, ids in about for some in in_lots(ids) for warning in facts.derive(_warned_of, rule, some))


def _warned_of(facts: Facts, rule: Callable[[Facts, str], tuple[Warning, ...]], some: tuple[str, ...]) -> tuple[Warning, ...]:
    return tuple(warning for one in some for warning in facts.derive(rule, one))


_WARNINGS: Final = (warnings.of_investment, warnings.of_team, warnings.of_product, warnings.of_program, warnings.of_organisation)


def _about(facts: Facts, subject: str, id: str | None) -> tuple[tuple[str, ...], ...]:
    """What the figures of a subject are about: its investments, teams, products, programs and organisations."""
    its = facts.derive(investments_in, subject, id)
    if id is None:
        return its, ids(facts, TEAM), ids(facts, PRODUCT), ids(facts, PROGRAM), ids(facts, ORGANISATION)
    match subject:
        case "team":
            team = facts.get(TEAM, id)
            return its, (id,), team.products if team else (), (), ()
        case "product":
            return its, (), (id,), (), ()
        case "program":
            return its, (), tuple(product.id for product in facts.related(PRODUCT, "program", id)), (id,), ()
    teams, products = (tuple(one.id for one in found) for found in (teams_at(facts, id), products_at(facts, id)))
    return its, teams, products, tuple(program.id for program in facts.related(PROGRAM, "home", id)), (id,)


def _figures(whole: Sums, warned: Iterable[Warning]) -> Figures:
    return Figures(**{field.name: getattr(whole, field.name).to_tuple() for field in fields(Sums)}, warnings=warnings.ordered(warned))
