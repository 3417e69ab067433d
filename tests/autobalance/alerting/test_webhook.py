"""The webhook: Slack's shape, and what becomes of each answer."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from fiel.autobalance.alerting.texts import Notice
from fiel.autobalance.alerting.webhook import TEXT_LENGTH_MAX, WebhookSender, slack_text
from fiel.infra.jobs.port import GiveUp, RetryLater
from tests.autobalance.alerting.samples import NOTICE, SetClock
from tests.support.autobalance.mailbox import Hook, webhook


@pytest.fixture
def hook() -> Iterator[Hook]:
    """A webhook that says what it is told to."""
    with webhook() as opened:
        yield opened


def sender(url: str, seconds: float = 5) -> WebhookSender:
    """A sender to that place."""
    return WebhookSender(url, SetClock(), timedelta(seconds=seconds))


def test_a_notice_is_posted_as_slack_wants_it(hook: Hook) -> None:
    """One POST of JSON with the text, to the very path of the URL."""
    sender(hook.url).send(NOTICE)

    ((path, headers, body),) = hook.asked
    assert (path, headers["Content-Type"]) == ("/services/T0/B0/s3cr3t", "application/json")
    assert hook.texts == [f"{NOTICE.subject}\n{NOTICE.body}"]
    assert "não deu".encode() in body


def test_mentions_and_links_are_text(hook: Hook) -> None:
    """Nobody is called by `<!channel>`, no link is dressed up as another."""
    sender(hook.url).send(Notice("a", "s & t", "<!channel> <https://evil.example|fiel>"))
    assert hook.texts == ["s &amp; t\n&lt;!channel&gt; &lt;https://evil.example|fiel&gt;"]


def test_a_text_is_cut() -> None:
    """Slack takes no more than so much."""
    assert len(slack_text(Notice("a", "s", "x" * 100_000))) == TEXT_LENGTH_MAX


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_any_2xx_is_done(hook: Hook, status: int) -> None:
    """Other services of the same format answer otherwise than Slack."""
    hook.answers.append((status, {}))
    sender(hook.url).send(NOTICE)
    assert len(hook.asked) == 1


@pytest.mark.parametrize(
    ("status", "said", "after"),
    [
        (429, "30", timedelta(seconds=30)),
        (429, "0", timedelta(seconds=1)),
        (429, "999999999", timedelta(days=1)),
        (429, "Mon, 04 May 2026 17:32:00 GMT", timedelta(minutes=2)),
        (429, "soon", None),
        (429, None, None),
        (503, "5", timedelta(seconds=5)),
        (500, None, None),
        (408, None, None),
    ],
)
def test_what_passes_is_tried_again(
    hook: Hook, status: int, said: str | None, after: timedelta | None
) -> None:
    """When the service says so; else after the queue's back-off."""
    hook.answers.append((status, {} if said is None else {"Retry-After": said}))
    with pytest.raises(RetryLater) as caught:
        sender(hook.url).send(NOTICE)
    assert caught.value.after == after
    assert str(status) in str(caught.value)


@pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 403, 404, 410])
def test_what_does_not_pass_is_given_up(hook: Hook, status: int) -> None:
    """The service's first words say why. A redirect is not followed."""
    hook.answers.append((status, {"Location": hook.url}))
    with pytest.raises(GiveUp, match="no_service") as caught:
        sender(hook.url).send(NOTICE)
    assert caught.value.code == "webhook_refused"
    assert len(hook.asked) == 1


def test_nobody_there_is_tried_again_and_the_url_is_not_told(caplog: pytest.LogCaptureFixture) -> None:
    """Neither the error, nor what it came from, nor any log line holds the secret."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with caplog.at_level(logging.DEBUG), pytest.raises(RetryLater, match="ConnectError") as caught:
        sender(f"http://127.0.0.1:{port}/s3cr3t").send(NOTICE)
    assert "s3cr3t" not in f"{caught.value!r} {caught.value.__cause__!r} {caught.value.__context__!r}"
    assert "s3cr3t" not in caplog.text


def test_a_sent_notice_leaves_no_secret_in_the_log(hook: Hook, caplog: pytest.LogCaptureFixture) -> None:
    """The HTTP library tells the address of each request of its client: it is not used."""
    with caplog.at_level(logging.DEBUG):
        sender(hook.url).send(NOTICE)
    assert "s3cr3t" not in caplog.text + repr(sender(hook.url))


@pytest.mark.parametrize("said", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200"])
def test_a_service_that_hangs_up_or_talks_nonsense_is_tried_again(said: bytes) -> None:
    """It is not known to have it."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(said)

        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises(RetryLater, match=r"RemoteProtocolError|ReadError"):
            sender(f"http://127.0.0.1:{server.getsockname()[1]}/").send(NOTICE)
        thread.join()


def test_a_service_that_says_nothing_is_left_after_the_time_out() -> None:
    """A worker's thread is not held for ever."""
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(RetryLater, match="ReadTimeout"):
        sender(f"http://127.0.0.1:{silent.getsockname()[1]}/", 0.2).send(NOTICE)
