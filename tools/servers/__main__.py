"""`make servers` and `make servers-stop`: starts and stops the servers of a checkout, in `.servers/`; stdout holds `export` lines alone."""

from __future__ import annotations

import sys
from pathlib import Path

from tools.servers import KafkaServer, MongoServer, NotHere, Server

FOLDER = Path(__file__).parents[2] / ".servers"


def kept_in(folder: Path = FOLDER) -> tuple[KafkaServer, MongoServer]:
    """The two servers that `make servers` starts and that stay until `make servers-stop`."""
    return KafkaServer(folder / "kafka", owned=False), MongoServer(folder / "mongo", owned=False)


def start(folder: Path) -> int:
    """Starts what does not run yet and prints the settings that name it."""
    kafka, mongo = kept_in(folder)
    try:
        for server in (kafka, mongo):
            was = server.pid
            address = server.start()
            print(f"{server.name} {'runs already' if was else 'has started'} at {address} (pid {server.pid})", file=sys.stderr)
    except NotHere as e:
        print(e, file=sys.stderr)
        return 1
    for name, value in {"HEADWAY_STORE_URL": mongo.address, "HEADWAY_LOG_URL": f"kafka://{kafka.address}", "HEADWAY_PARTITIONS": "2"}.items():
        print(f"export {name}={value}")
    return 0


def stop(folder: Path) -> int:
    """Stops both and deletes their data."""
    for server in kept_in(folder):
        pid = server.pid
        server.stop()
        server.remove()
        print(f"{server.name} {f'(pid {pid}) has stopped' if pid else 'did not run'}; its data is deleted", file=sys.stderr)
    return 0


def ward() -> int:
    """Reads lines `name folder` until whoever writes them is gone, then ends those servers and deletes their folders."""
    kinds: dict[str, type[Server]] = {KafkaServer.name: KafkaServer, MongoServer.name: MongoServer}
    servers = []
    for line in sys.stdin:
        name, _, folder = line.rstrip("\n").partition(" ")
        servers.append(kinds[name](folder, owned=False))
    for server in servers:
        server.remove()
    return 0


def main(arguments: list[str]) -> int:
    """Runs one of the commands; a second argument is the folder, `.servers` if there is none."""
    match arguments:
        case ["start", *folder] if len(folder) < 2:
            return start(Path(*folder) if folder else FOLDER)
        case ["stop", *folder] if len(folder) < 2:
            return stop(Path(*folder) if folder else FOLDER)
        case ["ward"]:
            return ward()
    print("usage: python -m tools.servers start|stop [FOLDER]", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
