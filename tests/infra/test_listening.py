"""Sockets that listen."""

from __future__ import annotations

import socket

import pytest

from fiel.infra.listening import listening, url_of
from fiel.kernel.errors import Unavailable


@pytest.mark.parametrize(("host", "shown"), [("127.0.0.1", "127.0.0.1"), ("::1", "[::1]")])
def test_a_free_port_is_listened_on_without_waiting_for_packets(host: str, shown: str) -> None:
    """Its address can be pasted into a browser; answers are sent as they are."""
    with listening(host, 0) as listener:
        port = listener.getsockname()[1]
        assert url_of(listener) == f"http://{shown}:{port}"
        with socket.create_connection((host, port)), listener.accept()[0] as accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_port_that_is_taken_is_named() -> None:
    """So is an address that is not of this machine."""
    with listening("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Unavailable, match=rf"127\.0\.0\.1:{port}"):
            listening("127.0.0.1", port)
    with pytest.raises(Unavailable, match=r"192\.0\.2\.1"):
        listening("192.0.2.1", 0)
