"""Asks what the user may do with a collection and whether it exists, without trying it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Final

NEEDED: Final = frozenset({"find", "insert", "update", "remove", "createIndex"})
"""The actions that a process of Headway needs on its collections: the role `readWrite` has them."""


@dataclass(frozen=True, slots=True)
class Lacking:
    """What a collection lacks. `indexes` a start would make; `different` are of the same name and other fields; `actions`: None where all may do all."""

    collection: bool
    indexes: Collection[str]
    different: Collection[str]
    actions: frozenset[str] | None

    @property
    def rights(self) -> list[str]:
        """The needed actions that this user may not do."""
        return [] if self.actions is None else sorted(NEEDED - self.actions)


async def actions(client: Any, database: str, collection: str) -> frozenset[str] | None:
    """What the user who is signed in may do with a collection; None where the server asks nobody who they are. Raises PyMongoError."""
    said = (await client.admin.command({"connectionStatus": 1, "showPrivileges": True}))["authInfo"]
    if not said["authenticatedUsers"]:
        return None
    return frozenset(_within(said.get("authenticatedUserPrivileges", ()), database, collection))


def _within(privileges: Iterable[Any], database: str, collection: str) -> Iterable[str]:
    for privilege in privileges:
        resource = privilege["resource"]
        anywhere = resource.get("anyResource", False) or resource.get("db") == ""
        if anywhere or (resource.get("db") == database and resource.get("collection") in ("", collection)):
            yield from privilege["actions"]
