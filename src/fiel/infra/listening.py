"""Where a process listens: whether only this machine reaches an address, and sockets that answer at once."""

from __future__ import annotations

import ipaddress
import socket

from fiel.kernel.errors import Unavailable


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address. Names other than localhost are not looked up.

    >>> [is_loopback(each) for each in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "192.0.2.1", "")]
    [True, True, True, False, False, False]
    """
    if host.lower() == "localhost":
        return True
    try:
        found = ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return False
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return (mapped or found).is_loopback


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0: a free one. Raises `Unavailable` (port_unavailable)."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        raise Unavailable(
            "port_unavailable", f"nothing can listen on {host}:{port} ({error.strerror})", field="port"
        ) from error
    # Inherited by every connection. asyncio sets it only for sockets that it opens itself, and without it
    # each answer's second packet waits 40 ms for the first one's receipt.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def url_of(listener: socket.socket) -> str:
    """The base URL of what answers there."""
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"
