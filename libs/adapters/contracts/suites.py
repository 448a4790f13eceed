"""The contract suites that every adapter of a port must pass; a test module subclasses one and gives it a fixture that opens the adapter.

Each suite takes a fixture (`stores`, `logs`, `decisions`) that is an async function without arguments. Each call opens one more instance on the same data,
as a restart or a second process would; the data are empty when a test begins; the fixture closes what was opened. Closing twice is harmless.
"""

from libs.adapters.contracts.log import (
    BEGINNING,
    DecisionStores,
    LogContract,
    Logs,
    OperatorDecisionsContract,
    Say,
    by_key,
    commit,
    delivered,
    follow,
    heard,
)
from libs.adapters.contracts.shared_log import SharedLogContract, SharedLogs
from libs.adapters.contracts.store import CommitStoreContract, Stores, every_unpublished

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
