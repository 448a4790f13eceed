"""Generates the tables of the documentation from the code, each for the marker that names it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from typer.main import get_group

if TYPE_CHECKING:
    from typer.core import TyperCommand, TyperGroup

    from libs.commands.command import Command


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; cells are one line of Markdown each, and a bar inside a cell is escaped."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def leaves(command: TyperCommand | TyperGroup, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], TyperCommand]]:
    """Every sub-command below `command` with the words that call it, in the order of declaration; hidden ones are left out."""
    for name, child in getattr(command, "commands", {}).items():
        if child.hidden:
            continue
        if hasattr(child, "commands"):
            yield from leaves(child, (*path, name))
        else:
            yield (*path, name), child


def commands_line() -> str:
    """The sub-commands of `headway`, each with the first line of its docstring."""
    from headway.cli import app

    return markdown_table(
        ("command", "what it does"),
        ((f"`headway {' '.join(path)}`", (command.help or "").strip().partition("\n")[0].strip()) for path, command in leaves(get_group(app))),
    )


def events() -> str:
    """Every type of event with what it says, by the service that says it."""
    import libs.events.catalog  # noqa: F401 - declares them
    from libs.events.event import EVERYWHERE, PAYLOADS

    everywhere = {f".{verb}.v1" for verb in EVERYWHERE}
    rows = ((f"`{name}`", _first_line(cls)) for name, cls in sorted(PAYLOADS.items()) if not any(name.endswith(e) for e in everywhere))
    both = ((f"`headway.<service>.<aggregate>.{verb}.v1`", _first_line(cls)) for verb, cls in EVERYWHERE.items())
    return markdown_table(("event", "what it says"), [*rows, *both])


def choices() -> str:
    """Every closed choice of events and commands with its members: as events and commands have them, as pages say them, and what they mean."""
    import libs.events.catalog  # noqa: F401 - declares them
    from libs.events.choice import CHOICES

    catalogued = {name: of for name, of in sorted(CHOICES.items()) if of.__module__.startswith("libs.events.catalog.")}
    rows = ((f"`{name}`", f"`{one.value}`", one.words, one.description) for name, of in catalogued.items() for one in of)
    return markdown_table(("choice", "value", "in words", "what it means"), rows)


def commands() -> str:
    """Every command with what it does, who may say it and what it may say."""
    import libs.commands.catalog  # noqa: F401 - declares them
    from libs.commands.command import COMMANDS

    return markdown_table(
        ("command", "what it does", "who may", "answers to"),
        ((f"`{name}`", _first_line(cls), _who_may(cls), ", ".join(cls.SPEC.requirements)) for name, cls in sorted(COMMANDS.items())),
    )


def _who_may(command: type[Command]) -> str:
    """The roles, whose it must be, and what besides must be theirs."""
    from libs.rules.authority import who_may

    spec = command.SPEC
    if not spec.topic:
        return "whoever may say the thing"
    bound = [field for field in spec.binds if field in command.model_fields]
    theirs = f"; but for lab_ops, its {spec.owner} alone" if spec.owner else ""
    return who_may(spec.topic) + theirs + (f"; of the home of `{'`, `'.join(bound)}` too" if bound else "")


def authority() -> str:
    """The table of authority: each role, what it is scoped by, and what it may speak on."""
    from libs.rules.authority import AUTHORITY
    from libs.rules.roles import ROLES

    rows = [(f"`{role}`", ROLES[role] or "", ", ".join(sorted(topics))) for role, topics in AUTHORITY.items()]
    rows.append(("`importer`", "", "anything; with `by` it is judged as that role, whose scope is taken on its word while none is known"))
    return markdown_table(("role", "of a", "may speak on"), rows)


def rules() -> str:
    """The catalogue of rules."""
    from libs.rules.catalogue import RULES

    return markdown_table(("rule", "says", "from", "remedy"), ((r.id, r.statement, r.source, r.remedy) for r in RULES.values()))


def importers() -> str:
    """The formats of `headway import`."""
    from headway.importers import IMPORTERS

    return markdown_table(("format", "what it reads"), ((f"`{i.name}`", i.description) for i in IMPORTERS.values()))


def kinds() -> str:
    """Every kind that can be read: its type of the schema, the fields with one and with all of it, its lists at what it names, its view by REST, its figures.

    Raises ValueError for a kind that has no type, is explained nowhere, or has a name and is not found, unless it is said why.
    """
    from libs.events.event import KINDS
    from libs.events.references import name_field
    from libs.rules.explanations import FIGURES, UNEXPLAINED
    from libs.rules.search import Findable
    from services.gateway.graphql.schema import schema
    from services.gateway.graphql.types.kinds.events import camel
    from services.gateway.graphql.types.kinds.lists import one_of, plural_of
    from services.gateway.graphql.types.kinds.types import BY_KIND, OWNERS_ALONE, inverses

    schema()
    catalogued = {name: kind for name, kind in sorted(KINDS.items()) if kind.state.__module__.startswith("libs.")}
    for name, kind in catalogued.items():
        if name not in BY_KIND and not kind.tells_of and name not in OWNERS_ALONE:
            raise ValueError(f"{name}: show it in services/gateway/graphql/types, or say in OWNERS_ALONE there why not")
        if name in BY_KIND and name not in FIGURES and name not in UNEXPLAINED:
            raise ValueError(f"{name}: explain what rules make of it in libs/rules/explanations, or say in UNEXPLAINED there where it is explained")
        if name in BY_KIND and name_field(kind) and name not in set(Findable):
            raise ValueError(f"{name}: it has a name, so let it be found: make it a member of Findable in libs/rules/search.py")
    types = {name: made.__strawberry_definition__.name for name, made in BY_KIND.items() if name in catalogued}  # type: ignore[attr-defined]
    places: dict[str, list[str]] = {name: [] for name in catalogued}
    for name, made in types.items():
        for field, other in inverses(KINDS[name]):
            places[other.name].append(f"`{made}.{camel(field)}`")
    rows = (
        (
            f"`{types[name]}`",
            f"`{camel(one_of(kind))}`",
            f"`{camel(plural_of(kind))}`",
            ", ".join(sorted(places[name])),
            f"`/{kind.service}/v1/{kind.plural}`",
            f"{len(FIGURES[name])} figure{'s' if len(FIGURES[name]) > 1 else ''}" if name in FIGURES else UNEXPLAINED[name],
        )
        for name, kind in catalogued.items()
        if name in types
    )
    return markdown_table(("type", "one", "all", "at what it names", "JSON by REST", "explained"), rows)


def since_release() -> str:
    """What clients and subscribers can rely on since the last release."""
    from tools.changelog import changes

    return changes()


def _first_line(cls: type) -> str:
    return (cls.__doc__ or "").strip().partition("\n")[0].strip()


TABLES: dict[str, Callable[[], str]] = {
    "commands-line": commands_line,
    "events": events,
    "choices": choices,
    "commands": commands,
    "authority": authority,
    "rules": rules,
    "importers": importers,
    "kinds": kinds,
    "since-release": since_release,
}
