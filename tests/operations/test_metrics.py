"""The numbers of a served process: of its requests, and of what waits; and the files that show them."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from prometheus_client import CollectorRegistry, generate_latest

from fiel.bootstrap import open_custody, open_outlets, open_prices
from fiel.custody.metrics import CustodyMetrics
from fiel.entrypoints.http import create_app
from fiel.entrypoints.http.watching import HttpMetrics, Watched
from fiel.entrypoints.worker.lines import LogFormat, log_to
from fiel.entrypoints.worker.serving import services_of
from fiel.infra.about import about, present_ids
from fiel.infra.sampled import Sampled
from fiel.kernel.errors import Unavailable
from fiel.settings import Settings
from tests.support.asked import Asked

ROOT = Path(__file__).resolve().parents[2]


def _watched() -> tuple[Asked, CollectorRegistry]:
    registry, app = CollectorRegistry(), FastAPI()

    @app.get("/wallets/{user}")
    def wallet(user: str) -> dict[str, str]:
        if user == "broken":
            raise RuntimeError("a defect")
        return {"user": user}

    app.add_middleware(Watched, metrics=HttpMetrics(registry))
    return Asked(app), registry


def test_requests_are_counted_by_template_and_status() -> None:
    """Whose wallet it was is in no label; unknown paths share one; a defect counts as 500."""
    client, registry = _watched()
    for path in ("/wallets/ana", "/wallets/bia", "/wallets/broken", "/x1", "/x2"):
        client.get(path)
    asked = {
        labels: registry.get_sample_value(
            "fiel_http_requests_total", dict(zip(("method", "route", "status"), labels, strict=True))
        )
        for labels in (
            ("GET", "/wallets/{user}", "200"),
            ("GET", "/wallets/{user}", "500"),
            ("GET", "(none)", "404"),
        )
    }
    assert list(asked.values()) == [2, 1, 2]
    assert registry.get_sample_value("fiel_http_requests_open") == 0
    assert "ana" not in generate_latest(registry).decode()


def test_a_made_up_method_makes_no_new_label() -> None:
    """Whoever invents methods does not fill the registry."""
    client, registry = _watched()
    for method in ("BREW", "WHEN"):
        client.request(method, "/wallets/ana")
    assert "BREW" not in generate_latest(registry).decode()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Asked]:
    """The whole product on an empty book, in this process."""
    settings = Settings.read({"FIEL_DATA_DIR": str(tmp_path), "FIEL_MARKET_OFFLINE": "1"}, tmp_path, "linux")
    with open_custody(settings) as opened:
        opened.custody.deposit("ana", "10.00")
        outlets, prices = (
            open_outlets(settings, opened.database),
            open_prices(settings.outside, opened.database),
        )
        metrics = CustodyMetrics(CollectorRegistry())
        services = services_of(opened, prices, metrics, settings, outlets.jobs)
        yield Asked(create_app(services))
        outlets.close()


def _names(text: str) -> set[str]:
    """The names of samples and families in the text format."""
    return set(re.findall(r"^# TYPE (\w+)", text, re.MULTILINE)) | set(
        re.findall(r"^(fiel_\w+|process_\w+)", text, re.MULTILINE)
    )


def _named(expression: str) -> set[str]:
    return set(re.findall(r"\b(?:fiel|process)_[a-z_]+", expression))


def _worker_names() -> set[str]:
    """What only workers say: the names stand in their modules."""
    found = set()
    for file in (ROOT / "src/fiel/entrypoints/worker").glob("*.py"):
        found |= set(re.findall(r'"(fiel_[a-z_]+)"', file.read_text(encoding="utf-8")))
    source = (ROOT / "src/fiel/custody/metrics.py").read_text(encoding="utf-8")
    return found | {f"fiel_custody_{name}" for name in re.findall(r'_(?:gauge|counter)\("(\w+)"', source)}


def test_every_number_on_the_dashboard_and_in_the_alerts_exists(served: Asked) -> None:
    """Each metric that the dashboard or an alert names is said by a served process or by a worker."""
    assert served.get("/healthz").status_code == 200
    said = _names(served.get("/metrics").text) | _worker_names()
    dashboard = json.loads((ROOT / "ops/grafana/fiel.json").read_text(encoding="utf-8"))
    shown = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    alerts = (ROOT / "ops/prometheus/alerts.yml").read_text(encoding="utf-8")
    named = {name for text in (*shown, *re.findall(r"expr: (.*)", alerts)) for name in _named(text)}
    assert len(named) > 20
    plain = {re.sub(r"_(total|bucket|count|sum)$", "", name) for name in named}
    assert plain - {re.sub(r"_(total|bucket|count|sum)$", "", name) for name in said} == set()


def test_a_served_process_lives_and_is_ready(served: Asked) -> None:
    """Liveness asks nothing of anybody, readiness every component."""
    assert served.get("/healthz").json() == {"status": "UP"}
    assert served.get("/readyz").json() == {"status": "UP", "down": []}


def test_what_waits_is_told(served: Asked) -> None:
    """Counts by status are there, with their zeros, and the build says its schema."""
    text = served.get("/metrics").text
    assert 'fiel_portfolios{status="stale"} 0.0' in text
    assert 'fiel_jobs_waiting{kind="income-wallet"} 0.0' in text
    assert re.search(r'fiel_build_info\{schema="\d{4}"', text)


def test_a_look_is_taken_seldom() -> None:
    """In between the last one is given; one that took long is taken more seldom."""
    times, looks = [0.0], [0]

    def look() -> int:
        looks[0] += 1
        times[0] += 2.0
        return looks[0]

    sampled = Sampled(look, 10.0, elapsed=lambda: times[0])
    assert [sampled(), sampled()] == [1, 1]
    times[0] += 90.0
    assert sampled() == 1
    times[0] += 20.0
    assert sampled() == 2


def test_a_look_that_fails_is_not_remembered() -> None:
    """The failure comes out, and the next question looks again."""
    looks = [0]

    def look() -> int:
        looks[0] += 1
        if looks[0] == 1:
            raise Unavailable("away", "away")
        return 7

    sampled = Sampled(look, 10.0, elapsed=lambda: 0.0)
    with pytest.raises(Unavailable):
        sampled()
    assert sampled() == 7


@pytest.mark.parametrize("form", list(LogFormat))
def test_lines_of_the_log_carry_the_ids_of_their_work(form: LogFormat) -> None:
    """A line written within a request or a job names it; one outside of them does not; secrets never."""
    stream = io.StringIO()
    with log_to(stream, form):
        logging.getLogger("fiel.test").info("outside")
        with about({"request_id": "req_1", "csrf": "a secret", "job": ""}):
            logging.getLogger("fiel.test").info("inside")
            assert present_ids() == {"request_id": "req_1"}
    outside, inside = stream.getvalue().splitlines()
    assert "req_1" not in outside
    assert "req_1" in inside
    assert "secret" not in inside
    if form is LogFormat.JSON:
        assert json.loads(inside)["request_id"] == "req_1"
