"""What all addresses of a gateway share: who may take how much, what is open, and the way to the services."""

from __future__ import annotations

from libs.service.host.process import Process
from services.gateway.capacity.allowances import Allowances
from services.gateway.capacity.connections import OpenConnections
from services.gateway.capacity.kept_answers import KeptAnswers, QueryAnswer
from services.gateway.capacity.kept_pieces import KeptPieces
from services.gateway.capacity.prefetch import Prefetch
from services.gateway.capacity.single_flight import SingleFlight
from services.gateway.operation_metrics import OperationMetrics
from services.gateway.proxy.command_client import CommandClient


class Gateway:
    """The gateway of one process, made once where it is put into it (`services.gateway.main.add_to`)."""

    def __init__(self, process: Process, metrics: OperationMetrics | None = None) -> None:
        self.process = process
        self.forwarding = CommandClient(process)
        self.allowances = Allowances()
        self.open = OpenConnections()
        self.prefetch = Prefetch(process)
        self.metrics = metrics or OperationMetrics()
        self.answers = KeptAnswers(process)
        self.pieces = KeptPieces()
        self.in_the_making = SingleFlight[tuple[object, ...], QueryAnswer]()
