"""How many products are in each phase: counted per lifecycle, and every product once."""

from __future__ import annotations

import pytest

from libs.commands.decision import Decisions
from libs.commands.testing import Scenario
from libs.events.catalog.portfolio.lifecycle import DEFAULT_LIFECYCLE, LifecycleDefined, LifecyclePhase
from libs.events.catalog.portfolio.product import PhaseEntered, ProductDecommissioned, ProductRegistered
from libs.rules.products.phases import PhaseCount, phase_counts, phase_of, phases_of

OWN = LifecycleDefined(name="Own way", phases=(LifecyclePhase("alpha", "First try", active=True), LifecyclePhase("gone", "Gone", active=False)))


def products(**lifecycles: str | None) -> Scenario:
    """Products in the phase alpha, each with its lifecycle."""
    s = Scenario(Decisions()).given("lifecycle:own", OWN, at="2024-01-01")
    for product, lifecycle in lifecycles.items():
        s.given(f"product:{product}", ProductRegistered(name=product, home="env", lifecycle=lifecycle), PhaseEntered(phase="alpha"), at="2024-02-01")
    return s


@pytest.mark.requirement("S0-01")
def test_a_phase_id_that_two_lifecycles_share_is_counted_in_each() -> None:
    found = phase_counts(products(a=None, b="own", c="own").facts(), None)
    assert [one for one in found if one.id == "alpha"] == [
        PhaseCount("alpha", "Alpha", 1, None, DEFAULT_LIFECYCLE.name),
        PhaseCount("alpha", "First try", 2, "lifecycle:own", "Own way"),
    ]
    assert [one.id for one in found if one.lifecycle] == ["alpha", "gone"]


@pytest.mark.requirement("S0-01")
def test_every_product_that_is_in_a_phase_is_in_one_count() -> None:
    s = products(a=None, b="own", c="unheard-of")
    s.given("lifecycle:own", LifecycleDefined(name="Own way", phases=(LifecyclePhase("try", "Try", active=True),)), at="2024-03-01")
    s.given("product:d", ProductRegistered(name="D", home="citz"), at="2024-02-01")
    found = phase_counts(s.facts(), None)
    assert sum(one.products for one in found) == 3, "d is in no phase"
    assert PhaseCount("alpha", "alpha", 1, "lifecycle:own", "Own way") in found, "its lifecycle has the phase no longer"
    assert [one for one in found if one.lifecycle == "lifecycle:unheard-of"] == [PhaseCount("alpha", "Alpha", 1, "lifecycle:unheard-of", "unheard-of")]
    assert sum(one.products for one in phase_counts(s.facts(), "citz")) == 0


@pytest.mark.requirement("S0-02")
@pytest.mark.parametrize(
    ("lifecycle", "phase", "ends"),
    [
        ("own", None, [("alpha", "First try"), ("gone", "Gone")]),
        ("own", "alpha", [("alpha", "First try"), ("alpha", "First try")]),
        ("unheard-of", None, [("alpha", "Alpha")]),
        (None, None, [("alpha", "Alpha"), ("decommissioned", "Decommissioned")]),
    ],
)
def test_what_was_decommissioned_without_a_phase_is_in_the_one_that_its_lifecycle_has_for_the_end(
    lifecycle: str | None, phase: str | None, ends: list[tuple[str, str]]
) -> None:
    s = products(a=lifecycle).given("product:a", ProductDecommissioned(reason="Done", phase=phase), at="2024-05-01")
    found = phases_of(s.facts(), "a")
    assert [(one.id, one.title) for one in found] == ends
    assert phase_of(s.facts(), "a") == found[-1] and phase_of(s.facts(), "nothing") is None


def test_a_lifecycle_with_several_ends_gives_none_of_them() -> None:
    s = products(a="own").given("product:a", ProductDecommissioned(reason="Done"), at="2024-05-01")
    two = LifecycleDefined(
        name="Own",
        phases=(LifecyclePhase("alpha", "A", active=True), LifecyclePhase("gone", "Gone", active=False), LifecyclePhase("sold", "Sold", active=False)),
    )
    assert [one.id for one in phases_of(s.given("lifecycle:own", two, at="2024-06-01").facts(), "a")] == ["alpha"]


def test_lifecycles_and_the_phases_they_do_not_have_come_in_order_of_their_ids() -> None:
    s = products(**{name: name for name in "edcbafg"})
    assert [one.lifecycle for one in phase_counts(s.facts(), None) if one.products] == [f"lifecycle:{name}" for name in "abcdefg"]
    for name in "edcbafg":
        s.given("product:other-" + name, ProductRegistered(name=name, home="env", lifecycle="own"), PhaseEntered(phase="x" + name), at="2024-02-01")
    assert [one.id for one in phase_counts(s.facts(), None) if one.id.startswith("x")] == [f"x{name}" for name in "abcdefg"]
