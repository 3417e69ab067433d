"""RabbitMQ from Debian's package: a private node with a port mapper of its own."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from . import answers
from .home import Place
from .kinds import Launch

_SETTINGS = """\
listeners.tcp.default = {host}:{port}
management.tcp.ip = {host}
management.tcp.port = {interface}
default_user = {name}
default_pass = {name}
disk_free_limit.absolute = 200MB
log.console = true
log.console.level = info
"""
#: The package's own start script on PATH insists on the user `rabbitmq`; this one does not.
_SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")


@dataclass(frozen=True, slots=True)
class RabbitMQ:
    """Port + 1: between nodes; + 2: port mapper (epmd); + 3: management, which makes virtual hosts fast."""

    name: str = "rabbitmq"
    default_port: int = 19672
    user: str | None = "rabbitmq"
    gentle: signal.Signals = signal.SIGTERM

    def missing(self) -> list[str]:
        return [] if _server() else ["rabbitmq-server"]

    def fetch(self) -> None:
        """Nothing: all of it is in the package."""

    def prepare(self, place: Place) -> None:
        for name in ("data", "logs", "schema"):
            (place.folder / name).mkdir(exist_ok=True)
        text = _SETTINGS.format(
            host=answers.HOST, port=place.port, interface=place.port + 3, name=answers.NAME
        )
        (place.folder / "rabbitmq.conf").write_text(text, encoding="utf-8")
        (place.folder / "enabled_plugins").write_text("[rabbitmq_management].\n", encoding="utf-8")
        # Keeps what the package wrote below /etc out of our node.
        (place.folder / "rabbitmq-env.conf").touch()

    def launch(self, place: Place) -> Launch:
        folder, port = place.folder, place.port
        environment = {
            "RABBITMQ_NODENAME": "fiel@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": answers.HOST,
            "RABBITMQ_NODE_PORT": str(port),
            "RABBITMQ_DIST_PORT": str(port + 1),
            "ERL_EPMD_PORT": str(port + 2),
            "ERL_EPMD_ADDRESS": answers.HOST,
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "logs"),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_SCHEMA_DIR": str(folder / "schema"),
            "RABBITMQ_PID_FILE": str(folder / "data/pid"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "advanced.config"),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "rabbitmq-env.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            # Loopback between nodes too; schedulers sleep instead of spinning on a small machine.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none"
            ),
        }
        return Launch([_server()], environment)

    def ask(self, port: int) -> None:
        answers.rabbitmq(port)
        answers.rabbitmq_interface(port + 3)

    def ports(self, port: int) -> Sequence[int]:
        return range(port, port + 4)

    def urls(self, port: int) -> Mapping[str, str]:
        login = f"{answers.NAME}:{answers.NAME}@{answers.HOST}"
        return {
            "FIEL_TEST_RABBITMQ_URL": f"amqp://{login}:{port}/",
            "FIEL_TEST_RABBITMQ_API_URL": f"http://{login}:{port + 3}/api",
        }


def _server() -> str:
    if _SERVER.exists():
        return str(_SERVER)
    return shutil.which("rabbitmq-server") or ""
