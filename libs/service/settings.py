"""The settings of a Headway process, from HEADWAY_* variables, checked before anything starts."""

from __future__ import annotations

import ipaddress
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

# The command line's own: where it sends commands, and as whom.
COMMAND_LINE: Final = ("HEADWAY_URL", "HEADWAY_TOKEN")
SHORTEST: Final = 32
"""Characters of the secret by which peers know each other."""
_PREFIX: Final = "HEADWAY_"
_log = logging.getLogger("headway.settings")
_NAMESPACE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


class SettingsError(ValueError):
    """A setting is unknown, cannot be read or contradicts another; the text is one line that says which one and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One process's settings. Made in `main`, passed on, never read from the environment anywhere else. Raises SettingsError.

    `store_url` is `mongodb://…`, `log_url` is `kafka://host:9092`; or each is `sqlite:///dir` (three slashes: a relative folder, four: an absolute one)
    or empty for the data folder.
    `peer_secret` is what processes of one installation know each other by; without one they sign with the issuer's private key.
    `webhooks_to_private` allows events to be sent to private and loopback addresses.
    `issuer` is empty (the embedded one, loopback only), `file:PATH` or `https://...`. `data`, `host` and `port` are arguments, not environment.
    """

    namespace: str = "headway"
    # URLs may carry a password, so they stay out of what is printed.
    store_url: str = field(default="", repr=False)
    log_url: str = field(default="", repr=False)
    issuer: str = ""
    audience: str = "headway"
    partitions: int = 12
    mongo_driver: str = "pymongo"
    backlog_url: str = ""
    roadmap_url: str = ""
    portfolio_url: str = ""
    peer_secret: str = field(default="", repr=False)
    telemetry_url: str = field(default="", repr=False)
    webhooks_to_private: bool = False
    data: Path = Path(".headway")
    host: str = "127.0.0.1"
    port: int = 8000

    def __post_init__(self) -> None:
        if not _NAMESPACE.fullmatch(self.namespace):
            raise SettingsError("HEADWAY_NAMESPACE must be 1 to 40 small letters, digits, - or _, beginning with a letter or digit")
        _check_engine("HEADWAY_STORE_URL", self.store_url, "mongodb")
        _check_engine("HEADWAY_LOG_URL", self.log_url, "kafka")
        if not self.audience:
            raise SettingsError("HEADWAY_AUDIENCE must not be empty: leave it out for 'headway'")
        if not 1 <= self.partitions <= 1000:
            raise SettingsError("HEADWAY_PARTITIONS must be a number from 1 to 1000")
        if self.mongo_driver not in ("pymongo", "motor"):
            raise SettingsError("HEADWAY_MONGO_DRIVER must be pymongo or motor")
        if self.mongo_driver == "motor" and not self.on_mongodb:
            raise SettingsError("HEADWAY_MONGO_DRIVER=motor contradicts HEADWAY_STORE_URL, which is not mongodb://: take one of them out")
        for name in ("backlog_url", "roadmap_url", "portfolio_url", "telemetry_url"):
            _check_web(_PREFIX + name.upper(), getattr(self, name))
        if self.peer_secret and len(self.peer_secret) < SHORTEST:
            raise SettingsError(f"HEADWAY_PEER_SECRET must have at least {SHORTEST} characters: openssl rand -hex 32 makes one")
        if not 0 <= self.port <= 65535:
            raise SettingsError("--port must be a number from 0 to 65535")
        self._check_issuer()

    def _check_issuer(self) -> None:
        if not self.issuer:
            if not is_loopback(self.host):
                raise SettingsError(
                    f"HEADWAY_ISSUER is empty, and the embedded issuer serves loopback only, not {self.host}: set file:PATH or https://..., or use 127.0.0.1"
                )
        elif self.issuer.startswith("file:"):
            if not self.issuer_file.is_file():
                raise SettingsError("HEADWAY_ISSUER names a key file that does not exist: make one with 'headway keys'")
        elif not self.issuer.startswith("https://") or not urlsplit(self.issuer).hostname:
            raise SettingsError("HEADWAY_ISSUER must be empty, file:PATH or https://...")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str], *, data: Path = Path(".headway"), host: str = "127.0.0.1", port: int = 8000) -> Settings:
        """The settings that `environ` (as `os.environ`) and the arguments give; a name set to nothing counts as not set. Raises SettingsError."""
        known = {_PREFIX + name.upper(): name for name in cls.__dataclass_fields__ if name not in ("data", "host", "port")}
        given: dict[str, str] = {}
        for variable in sorted(environ):
            if not variable.startswith(_PREFIX) or variable in COMMAND_LINE:
                continue
            if variable not in known and _INJECTED.fullmatch(variable):
                _log.info("settings: %s is Kubernetes' own word of a service, and passed over", variable, extra={"variable": variable})
                continue
            if variable not in known:
                near = get_close_matches(variable, [*known, *COMMAND_LINE], n=1)
                raise SettingsError(f"{variable} is no setting: " + (f"did you mean {near[0]}?" if near else "take it out of the environment"))
            if environ[variable].strip():
                given[known[variable]] = environ[variable].strip()
        partitions = given.pop("partitions", "12")
        if not re.fullmatch(r"[0-9]{1,4}", partitions):
            raise SettingsError("HEADWAY_PARTITIONS must be a number from 1 to 1000")
        to_private = given.pop("webhooks_to_private", "no").lower()
        if to_private not in ("yes", "no"):
            raise SettingsError("HEADWAY_WEBHOOKS_TO_PRIVATE must be yes or no")
        for name in ("backlog_url", "roadmap_url", "portfolio_url"):
            if name in given:
                given[name] = given[name].rstrip("/")
        return cls(**given, partitions=int(partitions), webhooks_to_private=to_private == "yes", data=data, host=host, port=port)

    @property
    def store_folder(self) -> Path:
        """The folder of the commit stores' SQLite files. Only where they are not in MongoDB."""
        return self._folder(self.store_url)

    @property
    def log_folder(self) -> Path:
        """The folder of the log's SQLite file. Only where the log is not Kafka's."""
        return self._folder(self.log_url)

    @property
    def on_data_folder(self) -> bool:
        """Whether anything is kept in the data folder: the embedded issuer's key, or SQLite files that no URL puts elsewhere."""
        return not (self.issuer and self.on_mongodb and (self.on_kafka or self.log_url))

    @property
    def places(self) -> list[str]:
        """Where what is said is kept: the engines, or the folders of SQLite files."""
        return list(dict.fromkeys(["MongoDB" if self.on_mongodb else str(self.store_folder), "Kafka" if self.on_kafka else str(self.log_folder)]))

    @property
    def on_mongodb(self) -> bool:
        """Whether the commit stores, and what operators decide, are kept in MongoDB."""
        return _is_engine(self.store_url, "mongodb")

    @property
    def on_kafka(self) -> bool:
        """Whether the log is Kafka's."""
        return _is_engine(self.log_url, "kafka")

    @property
    def issuer_file(self) -> Path:
        """The key file that `file:PATH` names. Only where the issuer is one."""
        path = self.issuer.removeprefix("file:")
        return Path(path.removeprefix("//") if path.startswith("///") else path)

    def _folder(self, url: str) -> Path:
        return Path(url.removeprefix("sqlite:///")) if url else self.data


_INJECTED: Final = re.compile(r"HEADWAY(_[A-Z0-9_]+)?_(SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)|PORT(_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)")
"""What Kubernetes puts into the environment of every container for each service whose name begins with headway."""


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host` (a name or an address)."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _check_engine(variable: str, url: str, engine: str) -> None:
    if not url or _is_engine(url, engine) or re.fullmatch(r"sqlite:///.+", url):
        return
    scheme = url.partition(":")[0][:20]
    raise SettingsError(f"{variable} must be sqlite:///dir or {engine}://host:port, " + ("and names no host" if scheme == engine else f"not {scheme!r}"))


def _is_engine(url: str, engine: str) -> bool:
    """Whether a URL names this engine and a host; `mongodb+srv://` is MongoDB's too."""
    scheme, _, rest = url.partition("://")
    return scheme.removesuffix("+srv") == engine and bool(rest.rpartition("@")[2].strip("/"))


def _check_web(variable: str, url: str) -> None:
    if not url:
        return
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        good = False
    if not good:
        raise SettingsError(f"{variable} must be http://host:port or https://...")
