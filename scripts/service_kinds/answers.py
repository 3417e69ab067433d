"""Ask each service a real question over its own protocol, with nothing but sockets.

Each function returns when the service answered well, and raises NotYet or OSError when it did not.
"""

from __future__ import annotations

import base64
import socket
import struct
import urllib.request

HOST = "127.0.0.1"
#: User and password of the services that want one: loopback and for tests only.
NAME = "fiel"
_LIMIT_SECONDS = 5.0


class NotYet(Exception):
    """The service is there and says that it is not ready."""


def postgres(port: int) -> None:
    """Log in and run `select 1`."""
    with _connect(port) as wire:
        body = struct.pack("!i", 196608) + f"user\0{NAME}\0database\0postgres\0\0".encode()
        wire.sendall(struct.pack("!i", len(body) + 4) + body)
        _until_ready(wire)
        query = b"select 1\0"
        wire.sendall(b"Q" + struct.pack("!i", len(query) + 4) + query)
        if b"D" not in _until_ready(wire):
            raise NotYet("no row")
        wire.sendall(b"X" + struct.pack("!i", 4))


def _until_ready(wire: socket.socket) -> list[bytes]:
    """The kinds of the messages up to ReadyForQuery; answers a request for the password."""
    kinds: list[bytes] = []
    while not kinds or kinds[-1] != b"Z":
        head = _read(wire, 5)
        body = _read(wire, struct.unpack("!i", head[1:])[0] - 4)
        kinds.append(head[:1])
        if kinds[-1] == b"E":
            raise NotYet(body.replace(b"\0", b" ").decode("utf-8", "replace"))
        if kinds[-1] == b"R" and body == struct.pack("!i", 3):
            secret = f"{NAME}\0".encode()
            wire.sendall(b"p" + struct.pack("!i", len(secret) + 4) + secret)
    return kinds


def redis(port: int) -> None:
    """PING, until it is not loading its data any more."""
    with _connect(port) as wire:
        wire.sendall(b"PING\r\n")
        answer = wire.recv(200)
        if answer != b"+PONG\r\n":
            raise NotYet(answer.decode("utf-8", "replace").strip())


def rabbitmq(port: int) -> None:
    """Open and close an AMQP connection to the virtual host `/`."""
    with _connect(port) as wire:
        wire.sendall(b"AMQP\x00\x00\x09\x01")
        _expect(wire, 10)
        login = f"\0{NAME}\0{NAME}".encode()
        _method(
            wire,
            11,
            struct.pack("!i", 0) + b"\x05PLAIN" + struct.pack("!i", len(login)) + login + b"\x05en_US",
        )
        channels, frame, _heartbeat = struct.unpack("!HIH", _expect(wire, 30)[:8])
        _method(wire, 31, struct.pack("!HIH", channels, frame, 0))
        _method(wire, 40, b"\x01/\x00\x00")
        _expect(wire, 41)
        _method(wire, 50, struct.pack("!H", 200) + b"\x00" + struct.pack("!HH", 0, 0))
        _expect(wire, 51)


def rabbitmq_interface(port: int) -> None:
    """Log in at the management interface."""
    token = base64.b64encode(f"{NAME}:{NAME}".encode()).decode()
    request = urllib.request.Request(
        f"http://{HOST}:{port}/api/whoami", headers={"Authorization": f"Basic {token}"}
    )
    # No proxy of the environment may come between us and the loopback.
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(request, timeout=_LIMIT_SECONDS) as answer:
        answer.read()


def kafka(port: int) -> None:
    """Ask for metadata, until the broker counts itself in."""
    with _connect(port) as wire:
        client = NAME.encode()
        # Metadata, version 0, correlation 7, no topic named.
        body = struct.pack("!hhih", 3, 0, 7, len(client)) + client + struct.pack("!i", 0)
        wire.sendall(struct.pack("!i", len(body)) + body)
        answer = _read(wire, struct.unpack("!i", _read(wire, 4))[0])
        correlation, brokers = struct.unpack("!ii", answer[:8])
        if correlation != 7 or brokers < 1:
            raise NotYet("no broker in the metadata")


def taken(port: int) -> bool:
    """True when something already listens on the port."""
    try:
        with _connect(port):
            return True
    except OSError:
        return False


def _connect(port: int) -> socket.socket:
    return socket.create_connection((HOST, port), timeout=_LIMIT_SECONDS)


def _read(wire: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = wire.recv(size - len(data))
        if not part:
            raise NotYet("hung up")
        data += part
    return data


def _method(wire: socket.socket, method: int, arguments: bytes) -> None:
    """Send an AMQP method of class 10 (connection) on channel 0."""
    payload = struct.pack("!HH", 10, method) + arguments
    wire.sendall(struct.pack("!BHI", 1, 0, len(payload)) + payload + b"\xce")


def _expect(wire: socket.socket, method: int) -> bytes:
    """Read the AMQP method of class 10 that must come now; its arguments."""
    kind, _channel, size = struct.unpack("!BHI", _read(wire, 7))
    payload = _read(wire, size + 1)[:-1]
    if kind != 1 or struct.unpack("!HH", payload[:4]) != (10, method):
        raise NotYet(f"said {payload[:80]!r}")
    return payload[4:]
