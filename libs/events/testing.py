"""The contract suites that every adapter of a port must pass; a test module subclasses one and gives it a fixture that opens the adapter.

Each suite takes a fixture (`stores`, `logs`, `decisions`) that is an async function without arguments. Each call opens one more instance on the same data,
as a restart or a second process would; the data are empty when a test begins; the fixture closes what was opened. Closing twice is harmless.
"""

from libs.events.testing_log import BEGINNING, DecisionStores, LogContract, Logs, OperatorDecisionsContract, Say, by_key, commit, delivered, follow, heard
from libs.events.testing_shared import SharedLogContract, SharedLogs
from libs.events.testing_store import CommitStoreContract, Stores, every_unpublished

__all__ = [
    "BEGINNING",
    "CommitStoreContract",
    "DecisionStores",
    "LogContract",
    "Logs",
    "OperatorDecisionsContract",
    "Say",
    "SharedLogContract",
    "SharedLogs",
    "Stores",
    "by_key",
    "commit",
    "delivered",
    "every_unpublished",
    "follow",
    "heard",
]
