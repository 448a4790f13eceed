"""The `Node` interface of everything with a global id (Relay's object identification)."""

from __future__ import annotations

import strawberry


@strawberry.interface(description="Something with a global id, by which `node` finds it again.")
class Node:
    id: strawberry.ID = strawberry.field(description="`kind:id`: global, readable, and taken by every argument that wants an id.")
