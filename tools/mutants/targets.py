"""Which modules are mutated, and which tests are run against them."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent.parent
STATE: Final = ROOT / ".mutants"
"""What was found, for the next run; git ignores it."""

GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "rules": ("libs/rules/**/*.py",),
    "commands": ("libs/commands/**/*.py",),
    "events": (
        *(f"libs/events/{name}.py" for name in ("facts", "derivations/*", "event", "world")),
        "libs/delivery/consumer.py",
    ),
    "limits": (
        "services/gateway/graphql/cost/*.py",
        "services/gateway/graphql/counted_results.py",
        *(f"services/gateway/capacity/{name}.py" for name in ("allowances", "bounded_cache", "slices")),
        "services/gateway/graphql/execution.py",
    ),
    "connections": ("services/gateway/graphql/types/kinds/connection.py", "headway/connections.py", "headway/http_connection.py"),
}
FIRST: Final = (
    *(f"libs/rules/{name}.py" for name in ("money/amounts", "money/fiscal_years", "graduation/status", "graduation/criteria", "authority", "products/phases")),
    *(f"libs/commands/{name}.py" for name in ("authorization", "decision", "execution/idempotency", "execution/handler")),
    *(f"libs/events/{name}.py" for name in ("facts", "derivations/memo", "derivations/cache", "world")),
    "libs/delivery/consumer.py",
    *(f"services/gateway/graphql/cost/{name}.py" for name in ("limits", "budget")),
    "services/gateway/capacity/allowances.py",
    "services/gateway/graphql/types/kinds/connection.py",
)
"""Where a fault costs most: a run that is cut short has tried these."""
LEFT_OUT: Final = ("*/testing.py",)
"""Suites for adapters: these are tests."""

TESTS: Final = (
    "tests/rules",
    "tests/commands",
    "tests/events",
    "tests/delivery",
    "tests/adapters",
    "tests/runtime",
    "tests/service",
    "tests/services",
    "tests/headway/test_connections.py",
    "tests/contracts/test_upcasting.py",
    *(f"tests/system/test_{name}.py" for name in ("refusals", "bad_input", "reading", "judging", "unknown_outcomes")),
)
BESIDE: Final = (
    "tests/services/gateway/pages",
    "tests/services/backlog/webhooks",
    "tests/services/backlog/test_jira_exports.py",
    "tests/services/portfolio/webhooks",
    "tests/services/gateway/graphql/test_graphiql_files.py",
    "tests/services/gateway/*/*_on_kafka.py",
    "tests/adapters",
    "tests/delivery/test_relay*",
    "tests/delivery/test_crash.py",
    *(f"tests/commands/test_{name}.py" for name in ("days", "remedies", "minor_units", "order_of_arrival", "order_of_saying")),
)
"""Tests of something else that runs these modules too, and those that go through every command: hundreds that run the same lines."""
AT_IMPORT: Final = (
    "tests/commands/test_event_fields.py",
    "tests/commands/test_binding.py",
    "tests/rules/explanations/test_explanations.py",
    "tests/commands/test_validation.py",
    "tests/commands/test_remedies.py",
    "tests/contracts/test_schemas.py",
    "tests/contracts/test_asyncapi.py",
    "tests/services/gateway/graphql/test_schema.py",
)
"""Tests of what is declared while modules are imported: asked about mutants that no test runs, each in a process of its own."""
FAST: Final = "not servers and not browser and not node and not shipped and not faults"
SLOWEST: Final = 12.0
"""Seconds a test may take to be asked at all."""


def modules(only: Sequence[str] = ()) -> dict[str, str]:
    """The modules that are mutated, with the group each belongs to: those first where a fault costs most. `only` are patterns of paths."""
    found = {
        path.relative_to(ROOT).as_posix(): group
        for group, patterns in GROUPS.items()
        for pattern in patterns
        for path in sorted(ROOT.glob(pattern))
        if not any(fnmatch(path.as_posix(), out) for out in LEFT_OUT)
    }
    paths = sorted(found, key=lambda path: FIRST.index(path) if path in FIRST else len(FIRST))
    return {path: found[path] for path in paths if not only or any(fnmatch(path, pattern) for pattern in only)}
