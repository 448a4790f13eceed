"""Settings: what the environment says, and what stops the start."""

from pathlib import Path

import pytest

from libs.service.adapters import adapters_of
from libs.service.identity.issuer import write_key_pair
from libs.service.settings import Settings, SettingsError


def settings(**environ: str) -> Settings:
    return Settings.from_environment(environ, data=Path("d"))


def test_without_an_environment_the_defaults_hold() -> None:
    made = settings(PATH="/bin")
    assert (made.namespace, made.audience, made.partitions, made.mongo_driver, made.issuer) == ("headway", "headway", 12, "pymongo", "")
    assert made.store_folder == made.log_folder == Path("d")


def test_each_setting_is_read_from_its_name() -> None:
    made = settings(
        HEADWAY_NAMESPACE="check0a",
        HEADWAY_STORE_URL="sqlite:///store",
        HEADWAY_LOG_URL="sqlite:////var/log",
        HEADWAY_ISSUER="https://id.example/realms/gov",
        HEADWAY_AUDIENCE="portfolio",
        HEADWAY_PARTITIONS="2",
        HEADWAY_BACKLOG_URL="http://backlog:8000/",
        HEADWAY_TELEMETRY_URL="http://collector:4318",
    )
    assert (made.namespace, made.audience, made.partitions, made.backlog_url) == ("check0a", "portfolio", 2, "http://backlog:8000")
    assert (made.store_folder, made.log_folder) == (Path("store"), Path("/var/log"))


def test_a_name_set_to_nothing_counts_as_not_set() -> None:
    assert settings(HEADWAY_NAMESPACE="", HEADWAY_PARTITIONS=" ") == settings()


def test_the_command_lines_own_names_are_left_alone() -> None:
    assert settings(HEADWAY_URL="http://127.0.0.1:8000", HEADWAY_TOKEN="x") == settings()


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({"HEADWAY_STORE_URI": "x"}, "HEADWAY_STORE_URI is no setting: did you mean HEADWAY_STORE_URL"),
        ({"HEADWAY_QQQQQQQQ": "x"}, "HEADWAY_QQQQQQQQ is no setting"),
        ({"HEADWAY_DATA": "x"}, "HEADWAY_DATA is no setting"),
        ({"HEADWAY_PARTITIONS": "many"}, "HEADWAY_PARTITIONS must be a number"),
        ({"HEADWAY_PARTITIONS": "0"}, "HEADWAY_PARTITIONS must be a number"),
        ({"HEADWAY_NAMESPACE": "My Town"}, "HEADWAY_NAMESPACE must be"),
        ({"HEADWAY_NAMESPACE": "a/../b"}, "HEADWAY_NAMESPACE must be"),
        ({"HEADWAY_STORE_URL": "postgres://user:secret@host"}, "HEADWAY_STORE_URL must be sqlite:///dir or mongodb://"),
        ({"HEADWAY_LOG_URL": "sqlite://"}, "HEADWAY_LOG_URL must be sqlite:///dir or kafka://"),
        ({"HEADWAY_MONGO_DRIVER": "beanie"}, "HEADWAY_MONGO_DRIVER must be pymongo or motor"),
        ({"HEADWAY_MONGO_DRIVER": "motor"}, "contradicts HEADWAY_STORE_URL"),
        ({"HEADWAY_ISSUER": "http://id.example"}, "HEADWAY_ISSUER must be empty, file:PATH or https://"),
        ({"HEADWAY_ISSUER": "https://"}, "HEADWAY_ISSUER must be"),
        ({"HEADWAY_STORE_URL": "mongodb://"}, "HEADWAY_STORE_URL must be sqlite:///dir or mongodb://host:port, and names no host"),
        ({"HEADWAY_LOG_URL": "kafka:///"}, "HEADWAY_LOG_URL must be sqlite:///dir or kafka://host:port, and names no host"),
        ({"HEADWAY_ISSUER": "file:not-there.key"}, "HEADWAY_ISSUER names a key file that does not exist"),
        ({"HEADWAY_ROADMAP_URL": "roadmap:8000"}, "HEADWAY_ROADMAP_URL must be http://"),
        ({"HEADWAY_TELEMETRY_URL": "http://host:notaport"}, "HEADWAY_TELEMETRY_URL must be http://"),
    ],
)
def test_what_is_unknown_or_contradictory_stops_the_start_with_one_line(environ: dict[str, str], says: str) -> None:
    with pytest.raises(SettingsError) as caught:
        settings(**environ)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({"HEADWAY_LOG_URL": "kafka://host:1/?security=NONE"}, "HEADWAY_LOG_URL cannot be used: security is one of"),
        ({"HEADWAY_LOG_URL": "kafka://user@host:1"}, "HEADWAY_LOG_URL cannot be used: a Kafka URL is"),
        ({"HEADWAY_STORE_URL": "mongodb://host:99999/"}, "HEADWAY_STORE_URL cannot be used: Port must be"),
        ({"HEADWAY_STORE_URL": "mongodb://user:sec@ret/w@host/"}, "HEADWAY_STORE_URL cannot be used: name and password are percent-encoded"),
        ({"HEADWAY_STORE_URL": "mongodb://host/?jurnal=true"}, "HEADWAY_STORE_URL cannot be used: Unknown option"),
    ],
)
def test_an_address_that_no_server_could_make_right_stops_the_start_with_one_line(environ: dict[str, str], says: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        adapters_of(Settings.from_environment(environ, data=tmp_path))
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "ret/w" not in str(caught.value)


def test_the_embedded_issuer_serves_loopback_only(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="loopback only"):
        Settings.from_environment({}, host="192.0.2.1")
    for host in ("127.0.0.1", "::1", "localhost"):
        Settings.from_environment({}, host=host)
    key, _ = write_key_pair(tmp_path / "k")
    assert Settings.from_environment({"HEADWAY_ISSUER": f"file:{key}"}, host="192.0.2.1").issuer_file == key


def test_settings_do_not_print_their_addresses() -> None:
    assert "collector" not in repr(Settings(telemetry_url="https://user:pass@collector"))


INJECTED = (
    "HEADWAY_GATEWAY_PORT",
    "HEADWAY_GATEWAY_PORT_8000_TCP",
    "HEADWAY_GATEWAY_PORT_8000_TCP_ADDR",
    "HEADWAY_GATEWAY_PORT_8000_TCP_PROTO",
    "HEADWAY_GATEWAY_SERVICE_HOST",
    "HEADWAY_GATEWAY_SERVICE_PORT",
    "HEADWAY_GATEWAY_SERVICE_PORT_HTTP",
    "HEADWAY_PORT",
    "HEADWAY_SERVICE_HOST",
)


@pytest.mark.parametrize("variable", INJECTED)
def test_what_kubernetes_puts_into_every_container_is_passed_over_with_a_word(variable: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", logger="headway.settings"):
        assert Settings.from_environment({variable: "tcp://10.0.0.1:8000"}) == Settings.from_environment({})
    assert variable in caplog.text


@pytest.mark.parametrize("variable", ["HEADWAY_GATEWAY_PORTS", "HEADWAY_SERVICE_HOSTS", "HEADWAY_PORT_OF_CALL"])
def test_what_only_looks_like_it_still_stops_the_start(variable: str) -> None:
    with pytest.raises(SettingsError, match="is no setting"):
        Settings.from_environment({variable: "x"})


def test_places_are_the_engines_or_the_folders_that_are_used(tmp_path: Path) -> None:
    key, _ = write_key_pair(tmp_path / "k")
    engines = {"HEADWAY_STORE_URL": "mongodb://m", "HEADWAY_LOG_URL": "kafka://k:9092"}
    for environ, places, on_data_folder in (
        ({}, [".headway"], True),
        (engines, ["MongoDB", "Kafka"], True),  # the embedded issuer's key
        (engines | {"HEADWAY_ISSUER": f"file:{key}"}, ["MongoDB", "Kafka"], False),
        ({"HEADWAY_STORE_URL": "mongodb://m"}, ["MongoDB", ".headway"], True),
        ({"HEADWAY_STORE_URL": "sqlite:///there", "HEADWAY_LOG_URL": "kafka://k:9092"}, ["there", "Kafka"], True),
    ):
        made = Settings.from_environment(environ)
        assert (made.places, made.on_data_folder) == (places, on_data_folder)
