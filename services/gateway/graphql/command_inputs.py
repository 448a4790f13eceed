"""The input type of each mutation, made once, and the type that holds one of them whichever it is."""

from __future__ import annotations

from typing import Annotated, Any, Final

import strawberry

from libs.commands.command import Command
from libs.commands.errors import Invalid
from services.gateway.graphql.inputs import Inputs, said
from services.gateway.graphql.mutation_names import mutation_names

_MAKING: Final = Inputs()
INPUTS: Final[dict[str, type]] = {name: _MAKING.of(command, name[0].upper() + name[1:]) for command, name in mutation_names().items()}
"""The name of a mutation -> its input type."""
_COMMANDS: Final = {name: command for command, name in mutation_names().items()}


def _holding_one() -> Any:
    own: dict[str, Any] = {name: strawberry.field(default=None, description=f"As `{name}` takes it.", name=name) for name in INPUTS}
    made = type("CommandInput", (), {**own, "__annotations__": {name: one | None for name, one in INPUTS.items()}, "__module__": __name__})
    return strawberry.input(made, description="One command, by the mutation that says it: exactly one of these.")


CommandInput: Final = _holding_one()
"""The input type with a field for each mutation, of which one is given."""
Said = Annotated[CommandInput | None, strawberry.argument(description="The command as its mutation takes it, instead of `command` and `data`.")]  # type: ignore[valid-type]


def command_said(value: Any) -> tuple[type[Command], dict[str, Any]]:
    """The command that such an input holds, with its fields as JSON values. Raises Invalid where it holds none, or several."""
    given = [(name, found) for name in INPUTS if (found := getattr(value, name)) is not None]
    if len(given) != 1:
        raise Invalid(f"it holds {len(given)} commands", field="input", remedy="Give exactly one, by the name of its mutation.")
    ((name, found),) = given
    return _COMMANDS[name], said(_COMMANDS[name], found)
