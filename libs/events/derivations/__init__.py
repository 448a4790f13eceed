"""Values that rules derive, kept together with what they rest on until that comes out otherwise (docs/decisions/0080)."""

from libs.events.derivations.cache import DerivationCache, OtherMoments, touched_by
from libs.events.derivations.derivation import THE_DAY, Rest
from libs.events.derivations.replays import Replays

__all__ = ["THE_DAY", "DerivationCache", "OtherMoments", "Replays", "Rest", "touched_by"]
