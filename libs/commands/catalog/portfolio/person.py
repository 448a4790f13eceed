"""Commands about a person."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from libs.commands.command import MADE, Command, Private, command
from libs.events.catalog.portfolio.people.person import PERSON, PersonForgotten, PersonRegistered, RegisteredId
from libs.events.values import Title, worded

Address = Annotated[
    Title,
    worded(
        r"^([^\s@<>]+@[^\s@<>.]+(\.[^\s@<>.]+)+|https?://[^\s]+)$",
        "an e-mail address or one that begins with https://, such as ada@env.example",
    ),
]
"""Where somebody is reached in writing."""


@command("portfolio.register_person", PERSON, topic="people", creates=None, requirements=("S4-20",))
class RegisterPerson(Command, PersonRegistered):
    """Say what somebody is called, or is called from now on. The name is shown where the person is, to whoever may see it, and stands in no event.

    Choose an id that says nothing of the name: it stays for good.
    """

    person: Annotated[RegisteredId | None, MADE] = None
    name: Annotated[Title, Private(), Field(description="As people call them. It lies apart, and can be taken away.")]
    address: Annotated[
        Address | None, Private(), Field(description="Where they are reached: an e-mail address, or that of a page (https://…). It lies apart, too.")
    ] = None


@command("portfolio.forget_person", PERSON, topic="forgetting", requirements=("S4-20",), taken_back=True)
class ForgetPerson(Command, PersonForgotten):
    """Take away somebody's name and address, everywhere and for good. What the id said and did stays, and so does every figure. Whose registration was
    retracted can be forgotten as well: the id is then nobody's any more."""

    person: Annotated[RegisteredId, Field(description="The person's id.")]
