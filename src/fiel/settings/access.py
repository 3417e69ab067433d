"""The settings of who may come in."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from fiel.kernel.errors import InvalidInput
from fiel.settings.reading import Variables, duration

ALLOWED_HOSTS = "FIEL_ALLOWED_HOSTS"
OWNER_NAME = "FIEL_OWNER_NAME"
OWNER_PASSWORD_FILE = "FIEL_OWNER_PASSWORD_FILE"  # noqa: S105 (the name of a variable)
SESSION_IDLE = "FIEL_SESSION_IDLE"
SESSION_MAX = "FIEL_SESSION_MAX"
TRUSTED_PROXIES = "FIEL_TRUSTED_PROXIES"

NAMES_MAX = 50
PASSWORD_BYTES_MAX = 4 * 1024

_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?|[0-9a-f:]{2,39}")
_OWNER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,59}")


@dataclass(frozen=True, slots=True)
class AccessSettings:
    """`allowed_hosts`: the names by which the server may be asked for. `trusted_proxies`: addresses whose
    word about the visitor's address and https is taken. `owner_password` comes from a file and is not shown.
    """

    allowed_hosts: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    owner_name: str = "owner"
    owner_password: str = field(default="", repr=False)
    session_idle: timedelta = timedelta(hours=12)
    session_max: timedelta = timedelta(days=14)


def read_access(variables: Variables) -> AccessSettings:
    """The settings of an environment. Raises `InvalidInput` with the variable as its `field`."""
    house = AccessSettings()
    idle = variables.read(SESSION_IDLE, _span, house.session_idle)
    longest = variables.read(SESSION_MAX, _span, max(idle, house.session_max))
    if idle > longest:
        raise InvalidInput(
            "session_span",
            f"{SESSION_IDLE} is longer than {SESSION_MAX}; make it shorter",
            field=SESSION_IDLE,
        )
    return AccessSettings(
        variables.read(ALLOWED_HOSTS, _hosts, ()),
        variables.read(TRUSTED_PROXIES, _proxies, ()),
        variables.read(OWNER_NAME, _owner, house.owner_name),
        variables.read(OWNER_PASSWORD_FILE, _password, ""),
        idle,
        longest,
    )


def _span(text: str) -> timedelta:
    found = duration(text)
    if found < timedelta(minutes=1):
        raise InvalidInput("duration_out_of_range", "write a time of at least a minute, such as 30m")
    return found


def _hosts(text: str) -> tuple[str, ...]:
    names = tuple(each.strip().lower().strip("[]") for each in text.split(",") if each.strip())
    if len(names) > NAMES_MAX or not all(_HOST.fullmatch(each) for each in names):
        raise InvalidInput(
            "hosts_malformed",
            f"write up to {NAMES_MAX} names with commas, without port: fiel.example.org,10.0.0.5",
        )
    return names


def _proxies(text: str) -> tuple[str, ...]:
    found = tuple(each.strip() for each in text.split(",") if each.strip())
    try:
        for each in found:
            ipaddress.ip_network(each, strict=False)
    except ValueError:
        raise InvalidInput(
            "proxies_malformed", "write addresses or networks with commas: 127.0.0.1,10.0.0.0/8"
        ) from None
    return found


def _owner(text: str) -> str:
    if not _OWNER.fullmatch(text):
        raise InvalidInput(
            "owner_name", "an owner's name has 1 to 60 letters without accents, digits or . _ @ -"
        )
    return text


def _password(text: str) -> str:
    """The first line of the file: secrets are given to containers that way."""
    try:
        with Path(text).open("rb") as file:
            content = file.read(PASSWORD_BYTES_MAX + 1)
    except OSError as error:
        raise InvalidInput("file_unreadable", f"{text} cannot be read ({error.strerror})") from None
    lines = content.decode("utf-8", "replace").splitlines()
    if len(content) > PASSWORD_BYTES_MAX or not lines or not lines[0]:
        raise InvalidInput("password_file", f"{text}: write the password, alone, in the first line")
    return lines[0]
