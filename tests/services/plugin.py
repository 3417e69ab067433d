"""Pytest plugin: real services, and for each test a corner of them where no other test comes.

A service whose variable is set (`FIEL_TEST_POSTGRES_URL`, ...) is used as it is. Otherwise
scripts/services starts it when the first test asks, and the last test session to end stops it;
`make test` has `scripts/services run` start all of them before, and stop them even if pytest is killed.
Without a service, its tests are reported as not run; under FIEL_REQUIRE_SERVICES=1 they fail.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import re
import secrets
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, NoReturn
from urllib.parse import urlsplit

import pytest
from scripts.service_kinds.beside import REFUSED

from tests.services.running import ServiceFailed, ServiceNotAvailable, Services, claimed, private

#: Name of a service: the variables with its addresses, the first one decides.
VARIABLES = {
    "postgres": ("FIEL_TEST_POSTGRES_URL",),
    "redis": ("FIEL_TEST_REDIS_URL",),
    "rabbitmq": ("FIEL_TEST_RABBITMQ_URL", "FIEL_TEST_RABBITMQ_API_URL"),
    "kafka": ("FIEL_TEST_KAFKA_BOOTSTRAP",),
}
_NOT_RUN = "service not available: "
_USED = pytest.StashKey[bool]()


class Lender:
    """Gets services for one test session; xdist workers hold them in the name of one process."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        worker: dict[str, Any] = getattr(config, "workerinput", {})
        self.holder = int(worker.get("fiel_services_holder", os.getpid()))
        self.found: dict[str, dict[str, str] | str] = {}

    def addresses(self, name: str) -> dict[str, str]:
        """The variables of a service; the test ends here when it cannot be had."""
        if name not in self.found:
            self.found[name] = self._get(name)
        found = self.found[name]
        if isinstance(found, str):
            refuse(name, found)
        return found

    def _get(self, name: str) -> dict[str, str] | str:
        given = {variable: os.environ.get(variable, "") for variable in VARIABLES[name]}
        if given[VARIABLES[name][0]]:
            missing = [variable for variable, value in given.items() if not value]
            return f"{missing[0]} is not set" if missing else given
        if reason := _refused().get(name):
            return reason
        _note_use(self.config)
        try:
            return Services().up(name, holder=self.holder)
        except ServiceFailed as problem:
            return str(problem)


def _refused() -> dict[str, str]:
    """What `scripts/services run` could not have, with the reason: nobody need wait for it again."""
    return dict(json.loads(os.environ.get(REFUSED) or "{}"))


def refuse(name: str, reason: str) -> NoReturn:
    """End the test: failed with one line if services are required, else reported as not run."""
    line = f"{_NOT_RUN}{name}: {reason.splitlines()[0] if reason else 'no reason given'}"
    if os.environ.get("FIEL_REQUIRE_SERVICES", "") not in {"", "0"}:
        pytest.fail(line, pytrace=False)
    pytest.skip(line)


@pytest.fixture(scope="session")
def service_lender(pytestconfig: pytest.Config) -> Lender:
    """The lender of this session."""
    return Lender(pytestconfig)


@pytest.fixture(scope="session")
def postgres_url(service_lender: Lender) -> str:
    """The server's address: `postgresql://...`, as psycopg takes it."""
    return service_lender.addresses("postgres")["FIEL_TEST_POSTGRES_URL"]


@pytest.fixture(scope="session")
def redis_url(service_lender: Lender) -> str:
    """The server's address: `redis://...`, database 0."""
    return service_lender.addresses("redis")["FIEL_TEST_REDIS_URL"]


@pytest.fixture(scope="session")
def rabbitmq_url(service_lender: Lender) -> str:
    """The broker's address: `amqp://...`, virtual host `/`."""
    return service_lender.addresses("rabbitmq")["FIEL_TEST_RABBITMQ_URL"]


@pytest.fixture(scope="session")
def kafka_bootstrap(service_lender: Lender) -> str:
    """The broker's `host:port`."""
    return service_lender.addresses("kafka")["FIEL_TEST_KAFKA_BOOTSTRAP"]


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[str]:
    """The address of a new, empty database of this test alone."""
    psycopg = _library("postgres", "psycopg")
    name = _own_name("_")
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    try:
        yield urlsplit(postgres_url)._replace(path=f"/{name}").geturl()
    finally:
        # A new connection: the test may have killed the old one, or the server.
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture
def redis_database(redis_url: str) -> Iterator[str]:
    """The address of an empty numbered database that no other test on this machine has."""
    redis = _library("redis", "redis")
    with redis.Redis.from_url(redis_url, decode_responses=True) as server:
        count = int(server.config_get("databases")["databases"])
    place = hashlib.sha256(redis_url.encode()).hexdigest()[:12]
    for number in range(1, count):
        with claimed(f"redis-{place}-{number}") as ours:
            if not ours:
                continue
            url = urlsplit(redis_url)._replace(path=f"/{number}").geturl()
            with redis.Redis.from_url(url) as database:
                database.flushdb()
                yield url
                database.flushdb()
            return
    refuse("redis", f"all {count - 1} databases are in use")


@pytest.fixture
def rabbitmq_vhost(rabbitmq_url: str, service_lender: Lender) -> Iterator[str]:
    """The address of a new virtual host of this test alone."""
    interface = service_lender.addresses("rabbitmq")["FIEL_TEST_RABBITMQ_API_URL"]
    name, user = _own_name("-"), urlsplit(rabbitmq_url).username
    _call(interface, "PUT", f"vhosts/{name}")
    _call(interface, "PUT", f"permissions/{name}/{user}", b'{"configure": ".*", "write": ".*", "read": ".*"}')
    try:
        yield urlsplit(rabbitmq_url)._replace(path=f"/{name}").geturl()
    finally:
        _call(interface, "DELETE", f"vhosts/{name}")


@pytest.fixture
def kafka_prefix(kafka_bootstrap: str) -> Iterator[str]:
    """How the topics and groups of this test alone begin; its topics are deleted at the end."""
    admin = _library("kafka", "confluent_kafka.admin").AdminClient({"bootstrap.servers": kafka_bootstrap})
    prefix = _own_name("-") + "-"
    yield prefix
    mine = [topic for topic in admin.list_topics(timeout=10).topics if topic.startswith(prefix)]
    if mine:
        for future in admin.delete_topics(mine).values():
            future.result(timeout=20)


@pytest.fixture
def kafka_topic(kafka_bootstrap: str, kafka_prefix: str) -> Callable[[str, int], str]:
    """Creates a topic of this test: short name and number of partitions, returns the full name."""
    admin_of = _library("kafka", "confluent_kafka.admin")
    admin = admin_of.AdminClient({"bootstrap.servers": kafka_bootstrap})

    def create(name: str, partitions: int) -> str:
        topic = admin_of.NewTopic(kafka_prefix + name, num_partitions=partitions, replication_factor=1)
        admin.create_topics([topic])[topic.topic].result(timeout=20)
        return kafka_prefix + name

    return create


@pytest.fixture(scope="module")
def private_services() -> Iterator[Services]:
    """Services of one test module alone, for tests that kill them; removed at the end."""
    with private() as services:
        yield _Lent(services.environment)


class _Lent(Services):
    """Services whose start ends the test as not run where they cannot be had."""

    def up(self, *names: str, holder: int | None = None) -> dict[str, str]:
        for name, reason in _refused().items():
            if name in names or not names:
                refuse(name, reason)
        try:
            return super().up(*names, holder=holder)
        except ServiceNotAvailable as problem:
            refuse(str(problem).split()[0], str(problem))


def _library(service: str, name: str) -> Any:
    try:
        return __import__(name, fromlist=["*"])
    except ImportError:
        refuse(service, f"the library {name} is not installed")


def _own_name(joint: str) -> str:
    return joint.join(("fiel", "test", secrets.token_hex(6)))


def _call(interface: str, method: str, path: str, body: bytes = b"{}") -> None:
    """One call of RabbitMQ's management interface, past any proxy of the environment."""
    parts = urlsplit(interface)
    token = base64.b64encode(f"{parts.username}:{parts.password}".encode()).decode()
    address = parts._replace(netloc=f"{parts.hostname}:{parts.port}").geturl()
    request = urllib.request.Request(  # noqa: S310 -- the address of a test broker
        f"{address}/{path}",
        data=body,
        method=method,
        headers={"Authorization": f"Basic {token}", "Content-Type": "application/json"},
    )
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with contextlib.closing(direct.open(request, timeout=30)) as answer:
        answer.read()


def _note_use(config: pytest.Config) -> None:
    config.stash[_USED] = True
    if hasattr(config, "workeroutput"):
        config.workeroutput["fiel_services_used"] = True


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """xdist: workers hold services in the name of the process that outlives them."""
    node.workerinput["fiel_services_holder"] = str(os.getpid())


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """xdist: a worker that used services, or died before it could say so."""
    if error or getattr(node, "workeroutput", {}).get(
        "fiel_services_used", not hasattr(node, "workeroutput")
    ):
        node.config.stash[_USED] = True


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Release what this session held: the script stops what nobody else holds."""
    if not hasattr(config, "workerinput") and config.stash.get(_USED, False):
        Services().run("down", "--holder", str(os.getpid()), check=False)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Count the tests that were not run for want of a service."""
    said = [str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])]
    names = Counter(found.group(1) for text in said if (found := re.search(rf"{_NOT_RUN}(\w+):", text)))
    if names:
        each = ", ".join(f"{name} {count}" for name, count in sorted(names.items()))
        terminalreporter.write_line(
            f"{names.total()} service tests not run ({each}); FIEL_REQUIRE_SERVICES=1 makes them fail"
        )
