"""People are registered under an id and forgotten; their names are no part of what is said."""

from __future__ import annotations

import functools
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from libs.commands.catalog.portfolio.person import ForgetPerson, RegisterPerson
from libs.commands.decision import Decisions
from libs.commands.errors import AlreadyExists, Invalid, NotAllowed, NotFound
from libs.commands.testing import Scenario
from libs.commands.validation import validated
from libs.events.catalog.portfolio.people.person import PersonForgotten, PersonRegistered
from libs.events.event import Retracted
from libs.events.ports.people import Particulars
from services.portfolio.domain import decisions
from services.portfolio.domain.person import forget_person, register_person

ADA = RegisterPerson(person="p1", name="Ada Lovelace", address="ada@engines.example")
FORGET = ForgetPerson(person="p1", reason="Left and asked for it")


def registered() -> Scenario:
    return Scenario(decisions).given("person:p1", PersonRegistered(organisation="env"), at="2024-01-01")


@pytest.mark.requirement("S4-20")
def test_whoever_is_registered_is_among_the_people_of_the_organisation_in_whose_name_that_is_said() -> None:
    at_citz = ADA.model_copy(update={"organisation": "citz"})
    Scenario(decisions).when(ADA, by="portfolio_manager@env").then(PersonRegistered(organisation="env"))
    Scenario(decisions).when(ADA, by="lab_ops").then(PersonRegistered())
    Scenario(decisions).when(at_citz, by="lab_ops").then(PersonRegistered(organisation="citz"))
    assert "portfolio_manager@citz" in Scenario(decisions).when(at_citz, by="portfolio_manager@env").refused(NotAllowed).detail
    for other in ("executive@env", "team@t", "auditor"):
        Scenario(decisions).when(ADA, by=other).refused(NotAllowed)


def test_an_address_is_one_by_which_somebody_can_be_written_to() -> None:
    for address in (" ada@engines.example ", "https://engines.example/ada"):
        assert RegisterPerson(name="Ada Lovelace", address=address).address == address.strip()
    for wrong in ("not an address", "ada@engines", "ada@engines..example", "ada @engines.example", "ftp://engines.example"):
        with pytest.raises(ValidationError, match="must be an e-mail address"):
            validated(RegisterPerson, {"name": "Ada Lovelace", "address": wrong})


def test_the_same_name_again_is_not_said_again() -> None:
    kept = Particulars("Ada Lovelace", "ada@engines.example", datetime(2024, 1, 1, tzinfo=UTC))
    knowing = Decisions()
    knowing.by_command = {RegisterPerson: functools.partial(register_person, named={"p1": kept}.get)}
    Scenario(knowing, registered().world).when(ADA, by="portfolio_manager@env").then()
    Scenario(knowing, registered().world).when(ADA.model_copy(update={"name": "Ada King"}), by="portfolio_manager@env").then(
        PersonRegistered(organisation="env")
    )


def test_another_name_is_another_registration_and_leaves_the_organisation() -> None:
    registered().when(ADA, by="lab_ops").then(PersonRegistered(organisation="env"))
    registered().when(ADA, by="portfolio_manager@citz").refused(NotAllowed)


@pytest.mark.requirement("S4-20")
def test_the_lab_alone_forgets_somebody_once() -> None:
    assert "lab_ops" in registered().when(FORGET, by="portfolio_manager@env").refused(NotAllowed).detail
    registered().when(FORGET, by="lab_ops").then(PersonForgotten(reason="Left and asked for it"))
    Scenario(decisions).when(FORGET, by="lab_ops").refused(NotFound)
    assert "2024-01-01" in registered().when(FORGET.model_copy(update={"at": datetime(2023, 1, 1, tzinfo=UTC)}), by="lab_ops").refused(Invalid).detail
    gone = registered().given("person:p1", PersonForgotten(reason="Left"), at="2024-02-01")
    assert "2024-02-01" in gone.when(FORGET, by="lab_ops").refused(AlreadyExists).detail
    assert "retracts" in str(gone.when(ADA, by="portfolio_manager@env").refused(AlreadyExists).remedy)


def test_whose_registration_was_retracted_can_be_forgotten_all_the_same() -> None:
    retracted = registered().given("person:p1", Retracted(event="person:p1@1", reason="A mistake"), at="2024-02-01")
    retracted.when(FORGET, by="portfolio_manager@env").refused(NotAllowed)
    gone = retracted.when(FORGET, by="lab_ops").then(PersonForgotten(reason="Left and asked for it"))
    gone.when(FORGET, by="lab_ops").refused(AlreadyExists)
    gone.when(ADA, by="lab_ops").refused(AlreadyExists)


def test_a_reason_that_says_the_name_is_refused_as_it_would_stand_for_good() -> None:
    kept = Particulars("Ada Lovelace", "ada@engines.example", datetime(2024, 1, 1, tzinfo=UTC))
    knowing = Decisions()
    knowing.by_command = {ForgetPerson: functools.partial(forget_person, named={"p1": kept}.get)}
    for reason in ("ADA lovelace has left", "ask ada@engines.example"):
        told = Scenario(knowing, registered().world).when(FORGET.model_copy(update={"reason": reason}), by="lab_ops")
        assert "would stand for good" in told.refused(Invalid).detail
