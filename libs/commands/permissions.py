"""What somebody may say by its roles: which commands, about which things. The rules of a command are judged when it is said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from libs.commands.command import COMMANDS, Command
from libs.events.event import split
from libs.events.facts import Facts
from libs.events.references import telling_of
from libs.events.values import among, references
from libs.rules.authority import AT_HOME, AUTHORITY, answering, belonging, of_those_at_home, speaking
from libs.rules.roles import Role

OF_PROGRAMS: Final = frozenset({"webhooks", "sources"})
"""Topics of commands that programs say."""


class Permission(NamedTuple):
    """A command that somebody may say, and the roles by which, in the order of their texts."""

    command: type[Command]
    roles: tuple[Role, ...]


def speaking_roles(roles: Iterable[Role], command: type[Command]) -> tuple[Role, ...]:
    """The roles by which a command may be said of anything at all; one without a topic asks for that of what it takes back, so every role is one."""
    topic = command.SPEC.topic
    found = (role for role in roles if role.name == "importer" or not topic or topic in AUTHORITY.get(role.name, ()))
    return tuple(sorted(found, key=str))


def permitted(roles: Iterable[Role]) -> Iterator[Permission]:
    """All commands that roles allow."""
    held = tuple(roles)
    for command in COMMANDS.values():
        if found := speaking_roles(held, command):
            yield Permission(command, found)


def permitted_about(facts: Facts, roles: Iterable[Role], subject: str) -> Iterator[Permission]:
    """The same about one thing, by its global id: what changes it, and what creates something that belongs to it."""
    kind, id = split(subject)
    lies_in = belonging(facts, kind, id)
    whole = lies_in | of_those_at_home(facts, lies_in)
    for one in permitted(roles):
        spec = one.command.SPEC
        within = answering(facts, spec.topic, kind, id) or (whole if spec.topic in AT_HOME else lies_in)
        found = tuple(role for role in one.roles if speaking((role,), spec.topic, within))
        if found and field_about(one.command, kind) is not None:
            yield Permission(one.command, found)


def field_about(command: type[Command], kind: str) -> str | None:
    """The field by which a command is about a thing of a kind: what it changes, or what the thing that it creates belongs to first."""
    spec = command.SPEC
    if spec.kind is None:
        return spec.id_field if kind in among(command).get(spec.id_field, ()) else None
    if not spec.creates and spec.kind.name in telling_of(kind):
        return spec.id_field
    if spec.creates is False or (spec.creates is None and command.model_fields[spec.id_field].is_required()):
        return None
    if spec.kind.tells_of == kind:
        return spec.id_field
    named = [(field, (of,)) for field, of in references(command) if field != spec.id_field] + list(among(command).items())
    needed = [one for one in named if command.model_fields[one[0]].is_required()]
    return next((field for field, of in needed[:1] or named if kind in of), None)
