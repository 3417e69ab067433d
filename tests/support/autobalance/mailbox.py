"""A mail server and a webhook on loopback, in threads: real sockets, answers as told, everything kept."""

from __future__ import annotations

import contextlib
import json
import socketserver
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread


@dataclass
class Mailbox:
    """A server for mail. `says`: answers to the next commands of a verb, instead of the usual ones.

    The answer "hang up" closes the connection. `certificate` brings STARTTLS, or TLS from the start.
    """

    port: int = 0
    says: dict[str, list[str]] = field(default_factory=dict)
    certificate: ssl.SSLContext | None = None
    tls_first: bool = False
    commands: list[str] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)

    @property
    def messages(self) -> list[EmailMessage]:
        """What was delivered, as a mail program reads it."""
        return [message_from_bytes(each, policy=policy.default) for each in self.raw]

    @property
    def verbs(self) -> list[str]:
        """The verbs of the commands so far."""
        return [each.split(" ")[0].upper() for each in self.commands]

    def answer(self, verb: str, usual: str) -> str:
        """What to say to a verb now."""
        told = self.says.get(verb)
        return told.pop(0) if told else usual


class _HangUp(Exception):
    pass


class _Dialogue:
    """One connection of a mail program."""

    def __init__(self, box: Mailbox, request: ssl.SSLSocket) -> None:
        self.box, self.socket = box, request
        self.secure = False
        self.stream = request.makefile("rwb")

    def secured(self) -> None:
        assert self.box.certificate is not None
        self.socket = self.box.certificate.wrap_socket(self.socket, server_side=True)
        self.stream, self.secure = self.socket.makefile("rwb"), True

    def say(self, verb: str, usual: str) -> str:
        line = self.box.answer(verb, usual)
        if line == "hang up":
            raise _HangUp
        self.stream.write(line.encode() + b"\r\n")
        self.stream.flush()
        return line

    def run(self) -> None:
        if self.box.tls_first:
            self.secured()
        self.say("GREET", "220 mailbox")
        while line := self.stream.readline():
            command = line.decode().rstrip("\r\n")
            self.box.commands.append(command)
            verb = command.split(" ")[0].upper()
            if verb == "EHLO":
                extra = "\r\n250-STARTTLS" if self.box.certificate and not self.secure else ""
                self.say(verb, f"250-mailbox{extra}\r\n250 AUTH PLAIN")
            elif verb == "STARTTLS":
                self.say(verb, "220 go")
                self.secured()
            elif verb == "DATA":
                self.data()
            elif verb == "AUTH":
                self.say(verb, "235 ok")
            elif self.say(verb, "221 bye" if verb == "QUIT" else "250 ok").startswith("221"):
                return

    def end(self) -> None:
        # A TLS socket is another one than the server closes by itself.
        with contextlib.suppress(OSError):
            self.stream.close()
        self.socket.close()

    def data(self) -> None:
        if not self.say("DATA", "354 go on").startswith("354"):
            return
        lines = []
        while (line := self.stream.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b".") else line)
        if self.say("END", "250 kept").startswith("250"):
            self.box.raw.append(b"".join(lines))
            self.box.encrypted.append(self.secure)


@contextmanager
def mailbox(certificate: ssl.SSLContext | None = None, *, tls_first: bool = False) -> Iterator[Mailbox]:
    """A mail server for the length of the block."""
    box = Mailbox(certificate=certificate, tls_first=tls_first)

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            dialogue = _Dialogue(box, self.request)
            try:
                dialogue.run()
            except (_HangUp, OSError):
                return
            finally:
                dialogue.end()

    with _serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)) as box.port:
        yield box


@dataclass
class Hook:
    """A webhook. `answers`: (status, headers) of the next requests; 200 when there is none."""

    url: str = ""
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    asked: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    @property
    def texts(self) -> list[str]:
        """The texts of the requests so far, taken as Slack does: an object with nothing but `text`."""
        bodies = [json.loads(body) for _, _, body in self.asked]
        assert all(set(body) == {"text"} for body in bodies)
        return [str(body["text"]) for body in bodies]


@contextmanager
def webhook(path: str = "/services/T0/B0/s3cr3t") -> Iterator[Hook]:
    """A webhook for the length of the block."""
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.asked.append((self.path, dict(self.headers.items()), body))
            status, headers = hook.answers.pop(0) if hook.answers else (200, {})
            words = b"ok" if status == 200 else b"no_service"
            self.send_response(status)
            for name, value in (headers | {"Content-Length": str(len(words))}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(words)

        def log_message(self, *_: object) -> None:
            pass

    with _serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
        hook.url = f"http://127.0.0.1:{port}{path}"
        yield hook


def certificates(folder: Path, run: Callable[..., object] = subprocess.run) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1 that signs itself, and its key. Needs the program openssl."""
    certificate, key = folder / "cert.pem", folder / "key.pem"
    made = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=127.0.0.1",
    ]
    made += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    run(made, check=True, capture_output=True)
    return certificate, key


@contextmanager
def _serving(server: socketserver.TCPServer) -> Iterator[int]:
    server.allow_reuse_address = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
