"""One line of the doctor's report: what was checked, whether it is right, and if not what to do and which exit code it leads to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

OUR_FAULT: Final = 1
WRONG_SETTING: Final = 2
DIFFERS: Final = 4
UNREACHABLE: Final = 5
NOT_ALLOWED: Final = 6


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What was found, in one line. `code` is 0 where it is good, else the command line's exit code for what is wrong."""

    what: str
    code: int = 0

    @property
    def good(self) -> bool:
        """Whether there is nothing to mend."""
        return self.code == 0


def good(what: str) -> CheckResult:
    """It is as it should be, or will be once Headway starts."""
    return CheckResult(what)


def mend(what: str, code: int = OUR_FAULT) -> CheckResult:
    """It is to be mended, and the line says how."""
    return CheckResult(what, code)
