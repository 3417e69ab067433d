"""E-mail over a real dialogue with a server on loopback."""

from __future__ import annotations

import shutil
import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from fiel.autobalance.alerting.config import EmailChannel, Security
from fiel.autobalance.alerting.mail import MailSender
from fiel.autobalance.alerting.texts import Notice
from fiel.infra.jobs.port import GiveUp, RetryLater
from tests.autobalance.alerting.samples import NOTICE, SetClock
from tests.support.autobalance.mailbox import Mailbox, certificates, mailbox

SECRET = "s3cr3t"  # noqa: S105 (of no one)
CHANNEL = EmailChannel(
    "127.0.0.1",
    "fiel@example.com",
    ("ana@example.com", "bia@example.com"),
    security=Security.NONE,
    timeout=timedelta(seconds=5),
)


@pytest.fixture
def box() -> Iterator[Mailbox]:
    """A server that says what it is told to."""
    with mailbox() as opened:
        yield opened


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """What a server shows, and a client that trusts it."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl to make a certificate with")
    certificate, key = certificates(tmp_path_factory.mktemp("papers"))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    return server, ssl.create_default_context(cafile=certificate)


def sender(box: Mailbox, channel: EmailChannel = CHANNEL, tls: ssl.SSLContext | None = None) -> MailSender:
    """A sender to that server."""
    return MailSender(replace(channel, port=box.port), SetClock(), tls or ssl.create_default_context())


def test_a_notice_arrives_as_plain_text(box: Mailbox) -> None:
    """To all, with subject, date, the same name at each attempt, and marked as written by a program."""
    sender(box).send(NOTICE)

    (message,) = box.messages
    assert message["Subject"] == NOTICE.subject
    assert (message["From"], message["To"]) == ("fiel@example.com", "ana@example.com, bia@example.com")
    assert message["Message-ID"] == "<alert_1@example.com>"
    assert message["Date"] == "Mon, 04 May 2026 17:30:00 +0000"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "text/plain"
    assert message.get_content().splitlines() == NOTICE.body.splitlines()
    assert box.verbs == ["EHLO", "MAIL", "RCPT", "RCPT", "DATA", "QUIT"]
    assert box.commands[0].upper() == "EHLO EXAMPLE.COM"
    assert box.raw[0].isascii()


@pytest.mark.parametrize(
    "subject",
    ["a\r\nBcc: eve@example.com", "a\nBcc: eve@example.com\n\nbody", "a\x0bBcc: e", "á\u2028Bcc: e"],
)
def test_a_subject_cannot_become_a_header(box: Mailbox, subject: str) -> None:
    """Line ends in it are spaces; nobody else gets the message, and the body stays the body."""
    sender(box).send(Notice("a", subject, "."))

    (message,) = box.messages
    assert message["Bcc"] is None
    assert str(message["Subject"]).startswith(("a Bcc: e", "á Bcc: e"))
    assert sorted(message.keys()) == sorted(sender(box).message(NOTICE).keys())
    assert [each for each in box.commands if "eve" in each] == []


def test_a_body_cannot_end_the_message(box: Mailbox) -> None:
    """A line of one dot is a line of one dot, and no second message follows."""
    sender(box).send(Notice("a", "s", "before\n.\r\nMAIL FROM:<eve@example.com>\nafter"))
    (message,) = box.messages
    assert message.get_content().splitlines() == ["before", ".", "MAIL FROM:<eve@example.com>", "after"]
    assert box.verbs.count("MAIL") == 1


@pytest.mark.parametrize("verb", ["GREET", "EHLO", "MAIL", "DATA", "END"])
def test_a_refusal_for_now_is_tried_again(box: Mailbox, verb: str) -> None:
    """4xx at any point; after it the message goes."""
    answers = ["451 later", "451 later"] if verb == "EHLO" else ["451 later"]
    box.says = {verb: answers, "HELO": ["451 later"]}
    with pytest.raises(RetryLater, match="451"):
        sender(box).send(NOTICE)
    box.says = {}
    sender(box).send(NOTICE)
    assert len(box.raw) == 1


@pytest.mark.parametrize("verb", ["GREET", "MAIL", "DATA", "END"])
def test_a_refusal_for_good_is_given_up(box: Mailbox, verb: str) -> None:
    """5xx at any point, with the server's words on one line."""
    box.says = {verb: ["554 not\x07 here"]}
    with pytest.raises(GiveUp, match="554 not here") as caught:
        sender(box).send(NOTICE)
    assert caught.value.code == "mail_refused"


@pytest.mark.parametrize("verb", ["GREET", "EHLO", "MAIL", "RCPT", "DATA", "END"])
def test_a_server_that_hangs_up_is_tried_again(box: Mailbox, verb: str) -> None:
    """Wherever it does."""
    box.says = {verb: ["hang up"]}
    with pytest.raises(RetryLater):
        sender(box).send(NOTICE)


def test_a_server_that_fails_after_it_took_the_message_has_it(box: Mailbox) -> None:
    """A strange goodbye is no reason to send it twice."""
    box.says = {"QUIT": ["hang up"]}
    sender(box).send(NOTICE)
    box.says = {"QUIT": ["500 what"]}
    sender(box).send(NOTICE)
    assert len(box.raw) == 2


@pytest.mark.parametrize(
    ("codes", "outcome"),
    [
        (["550 no", "550 no"], GiveUp),
        (["550 no", "450 busy"], RetryLater),
        (["550 no", "250 ok"], None),
        (["450 busy", "250 ok"], None),
    ],
)
def test_recipients_may_be_refused(
    box: Mailbox, codes: list[str], outcome: type[Exception] | None, caplog: pytest.LogCaptureFixture
) -> None:
    """Some: the others have it, and the log says who does not. All: by what passes."""
    box.says = {"RCPT": codes}
    if outcome is not None:
        with pytest.raises(outcome, match=r"ana@example\.com"):
            sender(box).send(NOTICE)
    else:
        sender(box).send(NOTICE)
        assert "ana@example.com" in caplog.text
    assert len(box.raw) == (outcome is None)


def test_nobody_there_is_tried_again(box: Mailbox) -> None:
    """A connection refused, or a server that never speaks."""
    with pytest.raises(RetryLater, match="ConnectionRefusedError"):
        MailSender(replace(CHANNEL, port=1), SetClock()).send(NOTICE)


def test_starttls_encrypts_before_anything_is_said(papers: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    """Login and message go over TLS, with a certificate that is checked."""
    server, client = papers
    channel = replace(CHANNEL, security=Security.STARTTLS, user="fiel", password=SECRET)
    with mailbox(server) as box:
        sender(box, channel, client).send(NOTICE)
        assert box.verbs[:4] == ["EHLO", "STARTTLS", "EHLO", "AUTH"]
        assert box.encrypted == [True]


def test_tls_from_the_start(papers: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    """The port that speaks TLS at once."""
    server, client = papers
    with mailbox(server, tls_first=True) as box:
        sender(box, replace(CHANNEL, security=Security.TLS), client).send(NOTICE)
        assert box.encrypted == [True]


def test_a_server_nobody_vouches_for_gets_nothing(papers: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    """No login, no message; tried again, because certificates get renewed."""
    channel = replace(CHANNEL, security=Security.STARTTLS, user="fiel", password=SECRET)
    with mailbox(papers[0]) as box, pytest.raises(RetryLater, match="certificate"):
        sender(box, channel).send(NOTICE)
    assert box.verbs == ["EHLO", "STARTTLS"]


def test_a_server_without_starttls_gets_nothing(box: Mailbox) -> None:
    """The password is never said in the clear because a server (or someone between) offers no encryption."""
    channel = replace(CHANNEL, security=Security.STARTTLS, user="fiel", password=SECRET)
    with pytest.raises(GiveUp, match="STARTTLS"):
        sender(box, channel).send(NOTICE)
    assert box.verbs == ["EHLO"]


def test_a_refused_login_is_tried_again_and_tells_no_password(box: Mailbox) -> None:
    """People put it right; the server's words may repeat what it was given."""
    box.says = {"AUTH": ["535 no such s3cr3t"] * 3}
    with pytest.raises(RetryLater, match="SMTPAuthenticationError 535") as caught:
        sender(box, replace(CHANNEL, user="fiel", password=SECRET)).send(NOTICE)
    assert SECRET not in f"{caught.value!r} {caught.value.__context__!r}"
    assert box.raw == []
