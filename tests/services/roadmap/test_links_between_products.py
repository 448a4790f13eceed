"""A change request goes out with a release of its own product, and no other product's can hold that up."""

from __future__ import annotations

import pytest

import libs.commands.catalog  # noqa: F401 - declares the commands
from libs.commands.catalog.roadmap.change import LinkChange, RaiseChangeRequest
from libs.commands.catalog.roadmap.release import PublishRelease
from libs.commands.errors import Invalid
from libs.commands.testing import Scenario
from libs.events.catalog.roadmap.change import ChangeRaised
from libs.events.catalog.roadmap.release import ReleaseProposed, ReleasePublished, ReleaseSignedOff, ReleaseStage
from services.roadmap.domain import decisions


def scenario() -> Scenario:
    proposed = ReleaseProposed(product="permits", stage=ReleaseStage.BETA, title="Beta", functional=False)
    return Scenario(decisions).given("release:beta", proposed, ReleaseSignedOff(), at="2026-01-10")


@pytest.mark.requirement("S0-16")
def test_a_change_of_another_product_cannot_be_linked_to_a_known_release() -> None:
    said = scenario().given("change:c", ChangeRaised(product="fines", title="Other"))
    assert said.when(LinkChange(change="c", release="beta")).refused(Invalid).field == "release"
    assert said.when(RaiseChangeRequest(change="d", product="fines", release="beta", title="Other")).refused(Invalid).field == "release"


@pytest.mark.requirement("S0-16")
def test_what_another_product_linked_before_the_release_was_known_does_not_block_it() -> None:
    said = scenario().given("change:c", ChangeRaised(product="fines", title="Other", release="beta"), at="2026-01-01")
    said.when(PublishRelease(release="beta")).then(ReleasePublished())
