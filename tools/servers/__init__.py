"""A real Kafka and a real MongoDB for tests and for trying out, installed and run without containers or rights."""

from tools.servers.kafka import KafkaServer
from tools.servers.mongo import MongoServer
from tools.servers.processes import NotHere, Server

__all__ = ["KafkaServer", "MongoServer", "NotHere", "Server"]
