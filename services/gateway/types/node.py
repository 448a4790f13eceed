"""The interface of everything that has a global id, by the Relay specification of object identification."""

from __future__ import annotations

from typing import Final

import strawberry

KNOWN: Final = "Whether it was said what it is: a mere reference to it may be heard first, and then it has no more than its id."


@strawberry.interface(description="Something with a global id, by which `node` finds it again.")
class Node:
    id: strawberry.ID = strawberry.field(description="`kind:id`: global, readable, and taken by every argument that wants an id.")
