"""Lines of code by layer and command: what is written for people alone is not counted."""

from __future__ import annotations

from tools.lines import code, counted

MODULE = '''"""A module."""

from x import y

# why
LIMIT = 3
"""What it is."""


def half(n: int) -> int:
    """Half of it.

    Rounded down.
    """
    return n // 2  # in whole numbers
'''


def test_empty_lines_comments_and_docstrings_are_no_code() -> None:
    assert [MODULE.splitlines()[number - 1] for number in sorted(code(MODULE))] == [
        "from x import y",
        "LIMIT = 3",
        "def half(n: int) -> int:",
        "    return n // 2  # in whole numbers",
    ]


def test_lines_are_counted_by_layer_and_commands_by_their_declarations() -> None:
    declared = '@command.records(ItemAdded)\nclass AddItem(Command):\n    """Adds."""\n\n\n@command(kind=ITEM)\nclass StartItem(Command):\n    x: int\n'
    files = [
        ("libs/commands/catalog/backlog/item.py", declared),
        ("libs/rules/teams.py", MODULE),
        ("services/gateway/pages/home/home.html", "<p>\n\n</p>\n"),
        ("libs/service/app.py", MODULE),
    ]
    assert counted(files) == {"commands": 5, "commands declared": 2, "rules": 4, "pages": 2}
