"""Apache Kafka: the jars of a pinned release from Maven Central, one KRaft node on a JDK."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import secrets
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from . import answers
from .home import Failed, Place, cache_of, locked
from .kinds import Launch
from .native import run_as

_SOURCES = Path(__file__).resolve().parents[1] / "kafka"
_JAVA_MIN = 17
#: Where the default of the distribution is older.
_OTHER_JAVA = "openjdk-17-jre-headless"
_SETTINGS = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller}
advertised.listeners=PLAINTEXT://{host}:{port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={data}
# A topic that nobody created is a mistake in a test.
auto.create.topics.enable=false
num.partitions=4
default.replication.factor=1
min.insync.replicas=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
# Taken from the heap at once; 128 MB by default.
log.cleaner.dedupe.buffer.size=16777216
# Tests start and kill many consumers: no waiting for more of them, and short sessions allowed.
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
# After a crash the node may come back only when its old session has ended: 9 s by default.
broker.heartbeat.interval.ms=1000
broker.session.timeout.ms=4000
"""
_LOGGING = """\
status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{ISO8601} %-5p %c{1} %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
"""
_DOWNLOAD_SECONDS = 300.0
#: A small heap is plenty for one node; C2 and G1 stay, throughput is measured against it.
_JVM = ("-Xms128m", "-Xmx512m", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20", "-Djava.awt.headless=true")


@dataclass(frozen=True, slots=True)
class Kafka:
    """Broker and controller in one process. Port + 1: the controller."""

    name: str = "kafka"
    default_port: int = 19092
    #: Ourselves: the jars lie in this user's cache.
    user: str | None = None
    gentle: signal.Signals = signal.SIGTERM

    def missing(self) -> list[str]:
        needed = [] if _java() else [_OTHER_JAVA if shutil.which("java") else "default-jre-headless"]
        if not _complete(_jars()) and not shutil.which("mvn"):
            needed.append("maven")
        return needed

    def fetch(self) -> None:
        jars = _jars()
        if _complete(jars):
            return
        with locked(jars.with_suffix(".lock")):
            if not _complete(jars):
                _download(jars)

    def prepare(self, place: Place) -> None:
        data = place.folder / "data"
        settings = place.folder / "server.properties"
        text = _SETTINGS.format(host=answers.HOST, port=place.port, controller=place.port + 1, data=data)
        settings.write_text(text, encoding="utf-8")
        (place.folder / "log4j2.properties").write_text(_LOGGING, encoding="utf-8")
        if (data / "meta.properties").exists():
            return
        shutil.rmtree(data, ignore_errors=True)
        cluster = base64.urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=").replace("-", "A")
        java = [*self._java(place), "kafka.tools.StorageTool"]
        run_as(self.user, place, [*java, "format", "--cluster-id", cluster, "--config", str(settings)])

    def launch(self, place: Place) -> Launch:
        return Launch([*self._java(place), "kafka.Kafka", str(place.folder / "server.properties")], {})

    def _java(self, place: Place) -> list[str]:
        folder = place.folder
        paths = [f"-Dlog4j2.configurationFile={folder / 'log4j2.properties'}", f"-Dkafka.logs.dir={folder}"]
        return [_java() or "java", *_JVM, *paths, "-cp", f"{_jars()}/*"]

    def ask(self, port: int) -> None:
        answers.kafka(port)

    def ports(self, port: int) -> Sequence[int]:
        return [port, port + 1]

    def urls(self, port: int) -> Mapping[str, str]:
        return {"FIEL_TEST_KAFKA_BOOTSTRAP": f"{answers.HOST}:{port}"}


def _jars() -> Path:
    """The folder of the jars: another pom is another folder."""
    pom = (_SOURCES / "pom.xml").read_bytes()
    return cache_of(os.environ) / f"kafka-{hashlib.sha256(pom).hexdigest()[:12]}"


def _complete(jars: Path) -> bool:
    return (jars / ".complete").exists()


def _download(jars: Path) -> None:
    """Let Maven bring the jars, compare them with the committed checksums, put them in place at once."""
    partial = jars.with_suffix(".new")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    log = jars.with_suffix(".log")
    command = ["mvn", "-B", "-f", str(_SOURCES / "pom.xml"), f"-DoutputDirectory={partial}"]
    with log.open("wb") as out:
        try:
            done = subprocess.run(
                [*command, "dependency:copy-dependencies"],
                stdout=out,
                stderr=out,
                stdin=subprocess.DEVNULL,
                check=False,
                timeout=_DOWNLOAD_SECONDS,
            )
        except subprocess.TimeoutExpired:
            raise Failed(f"kafka: no jars from Maven in {_DOWNLOAD_SECONDS:g} s; see {log}") from None
    if done.returncode:
        raise Failed(f"kafka: Maven cannot bring the jars of scripts/kafka/pom.xml; see {log}")
    verify(partial, _SOURCES / "jars.sha256")
    (partial / ".complete").touch()
    shutil.rmtree(jars, ignore_errors=True)
    partial.rename(jars)


def verify(folder: Path, wanted: Path) -> None:
    """Compare the jars of a folder with a list of checksums; write the list if there is none.

    Raises Failed and names the jars that differ, are missing or are too many.
    """
    sums = [(hashlib.sha256(path.read_bytes()).hexdigest(), path.name) for path in folder.glob("*.jar")]
    lines = "".join(f"{digest}  {name}\n" for digest, name in sorted(sums, key=lambda pair: pair[1]))
    if not wanted.exists():
        wanted.write_text(lines, encoding="utf-8")
    differing = set(lines.splitlines()) ^ set(wanted.read_text(encoding="utf-8").splitlines())
    if differing:
        names = sorted({line.split("  ")[-1] for line in differing})
        raise Failed(f"kafka: not the jars of scripts/kafka/{wanted.name}: {', '.join(names)}")


def _java() -> str | None:
    """The first Java that is new enough: of JAVA_HOME, on PATH, of a package."""
    beside = sorted(Path("/usr/lib/jvm").glob("*/bin/java"))
    named = os.environ.get("JAVA_HOME")
    candidates = [str(Path(named) / "bin/java")] if named else []
    candidates += [found for found in [shutil.which("java"), *map(str, beside)] if found]
    return next((java for java in candidates if _version(java) >= _JAVA_MIN), None)


def _version(java: str) -> int:
    """Its major version, 0 when it does not run; 1 for the versions before 9."""
    try:
        asked = subprocess.run(
            [java, "-version"], capture_output=True, text=True, check=False, timeout=60, env=dict(os.environ)
        )
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.search(r'version "(\d+)', asked.stderr + asked.stdout)
    return int(found.group(1)) if found else 0
