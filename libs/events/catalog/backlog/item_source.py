"""The source of a backlog item: its label in another system, and its permanent id there."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from libs.events.values import VISIBLE, Id, Url

_Labelled = Annotated[str, StringConstraints(min_length=1, max_length=300, strip_whitespace=True)]
Reference = Annotated[_Labelled, VISIBLE]
Number = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True), VISIBLE]


class ItemLabel(BaseModel):
    """Where an item comes from: a system, and what the item is called there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    system: Annotated[Id, Field(description="Such as github, gitlab, jira.")]
    # No stricter than it was: what an earlier version let in stands in events, and must be readable.
    reference: Annotated[_Labelled, Field(description="What it is called there: PERMIT-12, owner/repository#12.")]
    url: Annotated[Url | None, Field(description="Where people read it.")] = None


class ItemSource(ItemLabel):
    """Where an item comes from: what the item is called there, which may change, and what names it there whatever it is called."""

    reference: Annotated[Reference, Field(description="What it is called there: PERMIT-12, owner/repository#12.")]
    url: Annotated[Annotated[Url, VISIBLE] | None, Field(description="Where people read it.")] = None
    number: Annotated[Number | None, Field(description="What it is numbered there, where that never changes: Jira's issue id, GitHub's and GitLab's id.")] = (
        None
    )

    @classmethod
    def of(cls, label: ItemLabel, number: str | None) -> ItemSource:
        """A label and the number that stands beside it in an event."""
        return cls.model_construct(system=label.system, reference=label.reference, url=label.url, number=number)

    @property
    def label(self) -> ItemLabel:
        """As events say it, whose readers know no number within."""
        return ItemLabel.model_construct(system=self.system, reference=self.reference, url=self.url)

    @property
    def site(self) -> str | None:
        """The host on which people read it; None where that is not known."""
        return (urlsplit(self.url).netloc.lower() or None) if self.url else None

    @property
    def names(self) -> tuple[str, ...]:
        """By what it is found again, whatever item it became: its label, and its number."""
        label = f"{self.system}:{self.reference}"
        return (label,) if self.number is None else (label, f"{self.system}#{self.number}")

    def same(self, other: ItemSource) -> bool:
        """Whether both name the same thing of the same system, wherever people read it: by its number where both know it, else by its label."""
        if self.system != other.system:
            return False
        return self.number == other.number if self.number is not None and other.number is not None else self.reference == other.reference
