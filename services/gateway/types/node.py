"""The interface of everything that has a global id, by the Relay specification of object identification."""

from __future__ import annotations

import strawberry


@strawberry.interface(description="Something with a global id, by which `node` finds it again.")
class Node:
    id: strawberry.ID = strawberry.field(description="`kind:id`: global, readable, and taken by every argument that wants an id.")
