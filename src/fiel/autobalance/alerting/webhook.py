"""A webhook in Slack's incoming format: `{"text": ...}`. Its URL is a secret and is told to nobody.

| the service says          | then                                                  |
|---------------------------|-------------------------------------------------------|
| 2xx                       | sent                                                  |
| 429, 503                  | again, not before its `Retry-After`                   |
| other 5xx, 408, nothing   | again, after the queue's back-off                     |
| 3xx, other 4xx            | given up: the address or the message is wrong for good|
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta

import httpx

from fiel.autobalance.alerting.texts import Notice, plain
from fiel.infra.jobs.port import GiveUp, RetryLater
from fiel.kernel.clock import Clock
from fiel.market.retry_after import read_retry_after

TEXT_LENGTH_MAX = 4_000
_SHORTEST_WAIT = timedelta(seconds=1)
_PASSING = frozenset({408, 425, 429})
_TOLD_MAX = 200


@dataclass(frozen=True, slots=True)
class WebhookSender:
    """Posts to `url` (see `AlertChannels`), a new connection each time: alerts are rare.

    `timeout` is for each wait: to connect, to write, for each piece of the answer.
    """

    url: str = field(repr=False)
    clock: Clock
    timeout: timedelta = timedelta(seconds=10)

    def send(self, notice: Notice) -> None:
        """One attempt, redirects not followed. Raises `RetryLater`, `GiveUp`."""
        problem: RetryLater | GiveUp | None
        try:
            problem = self._problem(self._request(notice))
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            problem = RetryLater(f"the webhook cannot be reached ({type(error).__name__})")
        # Here, not in the handler: the library's error, which knows the URL, is no context of ours.
        if problem is not None:
            raise problem

    def _request(self, notice: Notice) -> httpx.Request:
        waits = httpx.Timeout(self.timeout.total_seconds()).as_dict()
        return httpx.Request(
            "POST",
            self.url,
            json={"text": slack_text(notice)},
            headers={"User-Agent": "fiel (alerts)", "Connection": "close"},
            extensions={"timeout": waits},
        )

    def _problem(self, request: httpx.Request) -> RetryLater | GiveUp | None:
        # Below the client, whose log lines hold the URL, and which would follow and decompress.
        with (
            httpx.HTTPTransport(trust_env=False) as transport,
            closing(transport.handle_request(request)) as response,
        ):
            status = response.status_code
            if 200 <= status < 300:
                return None
            detail = f"the webhook answers {status}: {_first_words(response)}"
            if status in _PASSING or status >= 500:
                wait = read_retry_after(response.headers.get("retry-after"), self.clock.now())
                return RetryLater(detail, after=None if wait is None else max(wait, _SHORTEST_WAIT))
            return GiveUp("webhook_refused", detail)


def slack_text(notice: Notice) -> str:
    """Subject and body; what Slack would take for a mention or a link (`<!channel>`) is text."""
    text = f"{notice.subject}\n{notice.body}"
    for character, escaped in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(character, escaped)
    return text[:TEXT_LENGTH_MAX]


def _first_words(response: httpx.Response) -> str:
    """What the service says first, such as `no_service`; the rest is not read."""
    try:
        first = next(response.iter_raw(_TOLD_MAX), b"")
    except httpx.HTTPError:
        return "-"
    return plain(first.decode("utf-8", "replace"))[:_TOLD_MAX] or "-"
