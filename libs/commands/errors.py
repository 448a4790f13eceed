"""The typed reasons for refusing a command or a query, in the domain's words and without HTTP (`libs.service.problems` translates them)."""

from __future__ import annotations


class HeadwayError(Exception):
    """Something that the one who asked can read: what is wrong, and, where it helps, what to do."""

    def __init__(self, detail: str, *, remedy: str | None = None, field: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.remedy = remedy
        self.field = field


class Invalid(HeadwayError):
    """The request cannot be read or says something impossible; `field` names what is wrong."""


class TooLarge(HeadwayError):
    """A body, batch or commit over its limit."""


class NotFound(HeadwayError):
    """The thing that the command changes, or that was asked for, does not exist."""


class AlreadyExists(HeadwayError):
    """The thing that the command creates exists."""


class Refused(HeadwayError):
    """A rule of the catalogue forbids it (`rule` is its id; statement, source and remedy are the catalogue's)."""

    def __init__(self, rule: str, detail: str, *, remedy: str | None = None, field: str | None = None) -> None:
        super().__init__(detail, remedy=remedy, field=field)
        self.rule = rule


class AlreadyDecided(Refused, AlreadyExists):
    """What can be judged once was, by this rule; it can be again when what was judged is taken back or becomes another."""


class NotSignedIn(HeadwayError):
    """No token, or one that does not verify."""


class NotAllowed(HeadwayError):
    """The caller lacks a role; the detail says which. `rule` where a requirement gives the authority (S0-12, S0-13)."""

    def __init__(self, detail: str, *, rule: str | None = None, remedy: str | None = None) -> None:
        super().__init__(detail, remedy=remedy)
        self.rule = rule


class KeyReused(HeadwayError):
    """The idempotency key was used for another body."""


class StaleVersion(HeadwayError):
    """`If-Match` names another version than the aggregate has."""


class RaceLost(HeadwayError):
    """Other writers were faster, five times in a row."""


class NotHeardYet(HeadwayError):
    """What the caller says must have been heard first did not arrive within two seconds: ask again."""


class UnknownOutcome(HeadwayError):
    """The store did not answer: the command may or may not be stored. Sending it again with the same key is safe."""


class Unreachable(HeadwayError):
    """A service or server that is needed does not answer."""


class WrongClock(Unreachable):
    """A clock is wrong by more than is borne: what would be said by it would lie in the future, or before what it rests on. Nothing is stored."""
