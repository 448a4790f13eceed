"""The names of commands as mutations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cache

import libs.commands.catalog  # noqa: F401  (the commands are declared by importing them)
from libs.commands.command import COMMANDS, Command


@cache
def mutation_names() -> Mapping[type[Command], str]:
    """`form_team` as `formTeam`; a verb that several services have (`retract`) begins with the service: `portfolioRetract`. By the names of the commands."""
    verbs = Counter(command.SPEC.verb for command in COMMANDS.values())
    return {command: _camel(command, verbs) for _, command in sorted(COMMANDS.items())}


def _camel(command: type[Command], verbs: Counter[str]) -> str:
    spec = command.SPEC
    first, *others = (spec.verb if verbs[spec.verb] == 1 else f"{spec.service}_{spec.verb}").split("_")
    return first + "".join(word.capitalize() for word in others)
