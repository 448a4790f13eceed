"""How long to wait after a failure before the next attempt."""

FIRST_REST = 0.05
LONGEST_REST = 5.0


def rest(attempt: int) -> float:
    """Seconds to rest after the `attempt`th failure in a row, counted from 1: doubled from the first to the longest."""
    return min(LONGEST_REST, FIRST_REST * 2.0 ** min(attempt - 1, 10))
