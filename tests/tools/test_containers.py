"""The tools that build and run images: missing ones are named with the remedy, and their network is a thread's own."""

from __future__ import annotations

import os
import shutil
import socket

import pytest

from tools.containers import Missing, install, own_network
from tools.containers.debian import PACKAGES, must_be_here


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda program: None)


def test_tools_that_are_not_here_are_named_with_what_installs_them(nothing_installed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(Missing) as missing:
        must_be_here()
    assert all(package in str(missing.value) for package in PACKAGES.values()) and "python -m tools.containers" in str(missing.value)


def test_they_are_installed_by_root_and_apt_get_alone(nothing_installed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for user in (0, 1000):
        monkeypatch.setattr(os, "geteuid", lambda user=user: user)
        with pytest.raises(Missing, match="by root and apt-get"):
            install()


def test_nobody_but_root_is_told_to_install_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(Missing, match="by root alone"):
        must_be_here()


@pytest.mark.shipped
def test_in_a_network_of_its_own_every_port_is_free_and_afterwards_all_is_as_it_was() -> None:
    try:
        must_be_here()
    except Missing as e:
        pytest.skip(f"no network of its own is made: {e}")
    with socket.create_server(("127.0.0.1", 0)) as outside:
        port = outside.getsockname()[1]
        with own_network("10.99.0.1"):
            socket.create_server(("127.0.0.1", port)).close()
            socket.create_server(("10.99.0.1", port)).close()
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
        with pytest.raises(OSError, match="Cannot assign"):
            socket.create_server(("10.99.0.1", port))
