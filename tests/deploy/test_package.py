"""The project as a package: a wheel with all that the code reads, installed into an empty environment, run where no checkout is."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from libs.service.version import version
from services.gateway.documents import EXECUTIVE
from tests.deploy.web import data_of, get, pages_come_with_all_that_they_load
from tests.patience import GIVE_UP
from tests.servers import absent
from tools.servers.processes import free_port

ROOT = Path(__file__).parents[2]
PACKAGES = ("libs", "services", "headway")
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check")

pytestmark = pytest.mark.shipped


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built aside, where no earlier build lies."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in PACKAGES:
        shutil.copytree(ROOT / name, folder / "source" / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, folder / "source")
    command = [*PIP, "wheel", "--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(folder / "source")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=GIVE_UP, check=False)
    assert done.returncode == 0, done.stderr
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `headway` of an environment in which nothing else is than what an image holds."""
    folder = tmp_path_factory.mktemp("empty") / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], timeout=GIVE_UP, check=True)
    install = [*PIP, "--python", str(folder / "bin" / "python"), "install", "--quiet", "--no-compile"]
    try:
        done = subprocess.run(
            [*install, "--require-hashes", "-r", str(ROOT / "deploy" / "requirements.lock")], capture_output=True, text=True, timeout=300, check=False
        )
    except subprocess.TimeoutExpired:
        absent("pip has not installed the dependencies into an empty environment within five minutes")
    if done.returncode:
        absent(f"pip cannot install the dependencies into an empty environment: {done.stderr.strip()[-300:]}")
    subprocess.run([*install, "--no-index", "--no-deps", str(wheel)], timeout=GIVE_UP, check=True)
    return folder / "bin" / "headway"


def test_the_wheel_holds_every_file_of_the_packages_and_nothing_else(wheel: Path) -> None:
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    files = [path for package in PACKAGES for path in (ROOT / package).rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert names == {path.relative_to(ROOT).as_posix() for path in files}


def test_the_wheel_is_of_the_version_that_runs(wheel: Path) -> None:
    assert wheel.name == f"headway-{version()}-py3-none-any.whl"


def test_installed_it_tells_a_portfolio_and_shows_it_far_from_any_checkout(installed: Path, tmp_path: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("HEADWAY_", "PYTHON", "VIRTUAL_ENV"))}
    said = subprocess.run([installed, "--version"], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=GIVE_UP, check=True).stdout
    assert said == f"headway {version()}\n"
    url = f"http://127.0.0.1:{(port := free_port())}"
    with open(tmp_path / "said", "w") as output:
        running = subprocess.Popen(
            [installed, "demo", "--port", str(port), "--data", "demo"], cwd=tmp_path, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        limit = time.monotonic() + GIVE_UP
        while "a token to look with" not in (words := (tmp_path / "said").read_text()) and time.monotonic() < limit:
            assert running.poll() is None, words
            time.sleep(0.2)
        token = subprocess.run(
            [installed, "token", "executive", "--data", "demo"], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=GIVE_UP, check=True
        )
        executive = token.stdout.strip()
        assert data_of(f"{url}/graphql", EXECUTIVE, executive)["portfolio"]["teams"]
        assert f'headway_build_info{{version="{version()}"}} 1.0' in get(f"{url}/metrics").text
        pages_come_with_all_that_they_load(url, executive)
        running.send_signal(signal.SIGTERM)
        assert running.wait(30) == 0, (tmp_path / "said").read_text()
    finally:
        running.kill()
        running.wait(10)
