"""E-mail over SMTP, plain text, never unencrypted to another machine.

A refusal for now (4xx), a connection that fails and a login that is refused are tried again, because
people put them right; a refusal for good (5xx) is given up. Once one recipient was accepted the message
is sent: the refused ones are told in the log, or all others would get it again.
"""

from __future__ import annotations

import logging
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from fiel.autobalance.alerting.config import EmailChannel, Security
from fiel.autobalance.alerting.texts import Notice, plain
from fiel.infra.jobs.port import GiveUp, RetryLater
from fiel.kernel.clock import Clock

_log = logging.getLogger("fiel.autobalance.alerts")
_TOLD_MAX = 200


@dataclass(frozen=True, slots=True)
class MailSender:
    """Sends through the server of `channel`, a new connection each time. `tls` knows whom to trust."""

    channel: EmailChannel
    clock: Clock
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context, repr=False)

    def send(self, notice: Notice) -> None:
        """One attempt. Raises `RetryLater`, `GiveUp`; neither tells the password."""
        problem: RetryLater | GiveUp | None = None
        try:
            self._send(notice)
        except (smtplib.SMTPException, OSError) as error:
            problem = _judged(error)
        if problem is not None:
            raise problem

    def message(self, notice: Notice) -> EmailMessage:
        """What is sent. Its Message-ID is the same at each attempt, so that mailboxes can drop a second."""
        channel, message = self.channel, EmailMessage(policy=SMTP)
        message["Subject"] = plain(notice.subject)
        message["From"] = channel.sender
        message["To"] = ", ".join(channel.to)
        message["Date"] = format_datetime(self.clock.now())
        message["Message-ID"] = f"<{notice.id}@{_domain(channel.sender)}>"
        message["Auto-Submitted"] = "auto-generated"
        # Seven bits and short lines: not every server takes more.
        message.set_content(notice.body + "\n", charset="utf-8", cte="quoted-printable")
        return message

    def _send(self, notice: Notice) -> None:
        channel, message = self.channel, self.message(notice)
        with self._connected() as server:
            if channel.user is not None and channel.password is not None:
                server.login(channel.user, channel.password)
            refused = server.send_message(message, channel.sender, list(channel.to))
        if refused:
            _log.warning("mail server %s refused recipients: %s", channel.host, plain(_codes(refused)))

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        server = self._server()
        try:
            if self.channel.security is Security.STARTTLS:
                server.starttls(context=self.tls)
            yield server
            _quit(server)
        finally:
            server.close()

    def _server(self) -> smtplib.SMTP:
        channel = self.channel
        # Named after the sender: the name of this machine is nobody's business, and looking it up may hang.
        name, seconds = _domain(channel.sender), channel.timeout.total_seconds()
        if channel.security is Security.TLS:
            return smtplib.SMTP_SSL(channel.host, channel.port, name, timeout=seconds, context=self.tls)
        return smtplib.SMTP(channel.host, channel.port, name, timeout=seconds)


def _judged(error: Exception) -> RetryLater | GiveUp:
    codes = _reply_codes(error)
    detail = f"the mail server cannot be used: {type(error).__name__} {_words(error)}"[: 2 * _TOLD_MAX]
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return RetryLater(detail)
    if isinstance(error, smtplib.SMTPNotSupportedError) or (codes and all(code >= 500 for code in codes)):
        return GiveUp("mail_refused", detail)
    return RetryLater(detail)


def _reply_codes(error: Exception) -> list[int]:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return [code for code, _ in error.recipients.values()]
    if isinstance(error, smtplib.SMTPResponseException):
        return [error.smtp_code]
    return []


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return str(error.smtp_code)  # a server may repeat what it was given
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return _codes(error.recipients)
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {plain(_decoded(error.smtp_error))}"
    return plain(str(error))


def _codes(refused: dict[str, tuple[int, bytes]]) -> str:
    return ", ".join(f"{address} ({code})" for address, (code, _) in refused.items())[:_TOLD_MAX]


def _decoded(words: bytes | str) -> str:
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else words


def _quit(server: smtplib.SMTP) -> None:
    """A polite end; the message is taken already, so that what fails here is no failure."""
    try:
        server.quit()
    except (smtplib.SMTPException, OSError):
        return


def _domain(address: str) -> str:
    return address.rpartition("@")[2]
