"""`fiel api`: the committed documents are the ones that the code writes, and true of real messages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator, ValidationError, meta
from tests.custody.stories import wire
from tests.support.command_line import CliRunner
from tests.support.custody_bank import Bank
from tests.support.custody_homes import fresh_file, migrated_file
from tests.tidy.rules.sources import repository

from fiel.autobalance.alerting.config import Channel
from fiel.autobalance.alerting.jobs import Errand, Rest
from fiel.autobalance.alerting.wire import ToldAlert, alert_message
from fiel.autobalance.saga.events import SagaAlert, SagaAlertCode
from fiel.autobalance.wire import Request, request_message, tick_message
from fiel.copilot.income.jobs import WalletDay
from fiel.entrypoints.cli.everything import app
from fiel.entrypoints.contracts.documents import ASYNCAPI, OPENAPI, documents, json_schema
from fiel.entrypoints.contracts.messages import Carrier, MessageContract, contracts
from fiel.market import messages as market
from fiel.market.values import Observation, QuoteReading
from fiel.market.verdicts import Finding, Kind

COMMITTED = repository() / "docs/reference/schemas"
AT = datetime(2026, 5, 4, 13, tzinfo=UTC)
CONTRACTS = {each.name: each for each in contracts()}


def _checks(name: str, message: Any) -> None:
    """Raises `ValidationError` where a message is not what its schema says."""
    Draft202012Validator(json_schema(CONTRACTS[name]), validate_formats=True).validate(message)


def test_the_committed_documents_are_the_ones_that_the_command_writes(tmp_path: Path) -> None:
    """`fiel api schemas --output docs/reference/schemas` brings them up to date."""
    done = CliRunner().invoke(app, ["api", "schemas", "--output", str(tmp_path)])
    assert done.exit_code == 0, done.output
    written = {path.relative_to(tmp_path): path.read_text("utf-8") for path in tmp_path.rglob("*.json")}
    kept = {path.relative_to(COMMITTED): path.read_text("utf-8") for path in COMMITTED.rglob("*.json")}
    assert written.keys() == kept.keys()
    changed = [str(name) for name in written if written[name] != kept[name]]
    assert not changed, "run `fiel api schemas --output docs/reference/schemas`"


@pytest.mark.parametrize(("command", "name"), [("openapi", OPENAPI), ("asyncapi", ASYNCAPI)])
def test_one_document_goes_to_standard_output(command: str, name: str) -> None:
    """As it is in the folder."""
    done = CliRunner().invoke(app, ["api", command])
    assert (done.exit_code, done.stdout) == (0, documents()[name])


def test_all_of_it_needs_a_folder() -> None:
    """Many files are not written to the terminal."""
    done = CliRunner().invoke(app, ["api", "schemas"], env={"FIEL_LANG": "en"})
    assert done.exit_code == 2
    assert "--output" in done.stderr


@pytest.mark.parametrize("name", sorted(CONTRACTS))
def test_each_schema_is_one_and_its_example_is_true_of_it(name: str) -> None:
    """A schema of the dialect that it names, with its version in its name."""
    schema = json_schema(CONTRACTS[name])
    assert meta.is_valid(schema)
    _checks(name, CONTRACTS[name].example)
    assert schema["$id"].endswith(f":v{CONTRACTS[name].version}")


@pytest.mark.parametrize("name", sorted(CONTRACTS))
def test_a_message_without_its_members_is_no_such_message(name: str) -> None:
    """A schema that anything fits would say nothing."""
    with pytest.raises(ValidationError):
        _checks(name, {})


def test_the_asyncapi_document_tells_every_topic_and_queue() -> None:
    """Every reference leads somewhere, and each channel is sent to or received from."""
    found = json.loads(documents()[ASYNCAPI])
    assert found["asyncapi"].startswith("3.")
    assert set(found["channels"]) == {each.channel for each in CONTRACTS.values()}
    for reference in _references(found):
        place = found
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]
    used = {each["channel"]["$ref"].rsplit("/", 1)[-1] for each in found["operations"].values()}
    assert used == set(found["channels"])


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for each in part.values():
            yield from _references(each)
    elif isinstance(part, list):
        for each in part:
            yield from _references(each)


def test_every_topic_that_the_code_names_has_a_contract() -> None:
    """A topic that somebody adds is told here, too."""
    from fiel.autobalance import topics as balancing
    from fiel.custody import topics as custody

    named = {
        value
        for module in (balancing, custody, market)
        for name, value in vars(module).items()
        if name.isupper() and isinstance(value, str)
    }
    topics = {each.channel for each in CONTRACTS.values() if each.carrier is Carrier.TOPIC}
    assert named == topics


def test_what_custody_really_says_is_what_its_schemas_say(tmp_path: Path) -> None:
    """Wallet events, dead letters and alerts as they stand in the outbox of a book with trouble."""
    bank = Bank(home=fresh_file(migrated_file(tmp_path / "template"), tmp_path))
    try:
        bank.custody.deposit("ana", "100.00", "BRL")
        bank.send(wire(), wire("FILLED", executedPrice="9.99"), wire(orderId="x"))
        with bank.database.reading() as connection:
            found = connection.exec_driver_sql("SELECT topic, body FROM outbox ORDER BY 1").all()
    finally:
        bank.close()
    names = {each.channel: each.name for each in CONTRACTS.values()}
    seen = set()
    for topic, body in found:
        _checks(names[topic], json.loads(body))
        seen.add(names[topic])
    assert {"wallet-event", "order-event-dead-letter"} <= seen


@pytest.mark.parametrize(
    "message",
    [
        wire(),
        wire("FILLED", executedPrice="9.99"),
        wire("PARTIALLY_FILLED", executedPrice=9.99, filledQuantity="0.5"),
        wire(eventTimestamp="2026-05-04T10:00:00Z", currency="BRL", sequence=3),
    ],
)
def test_order_events_as_producers_write_them_are_what_the_schema_says(message: dict[str, Any]) -> None:
    """Numbers as JSON numbers or as text, times as arrays or as text."""
    _checks("order-event", message)


def test_what_the_market_really_says_is_what_its_schemas_say() -> None:
    """Accepted and rejected quotes, rows of series, changed events."""
    reading = QuoteReading("PETR4", Decimal("38.10"), "BRL", AT)
    finding = Finding(next(iter(Kind)), "price", "jump")
    said = {
        "quote-accepted": market.quote_accepted(reading, AT, AT, "brapi"),
        "quote-rejected": market.quote_rejected("PETR4", "brapi", [finding], AT),
        "series-updated": market.series_updated(
            "cdi", [Observation(date(2026, 5, 4), Decimal("0.05"))], "sgs", AT
        ),
        "events-changed": market.events_changed("PETR4", ["cash_1"], [date(2026, 4, 28)], AT),
    }
    for name, message in said.items():
        assert message.topic == CONTRACTS[name].channel
        _checks(name, json.loads(message.body))


def test_what_the_auto_balancer_really_says_is_what_its_schemas_say() -> None:
    """Ticks of an exchange of ours, requests, alerts, and the jobs that tell them."""
    alert = ToldAlert(SagaAlert(SagaAlertCode.PORTFOLIO_STALE, "saga_1", "ana", None, "look"), AT)
    tick = tick_message("PETR4", 38_100_000_000, AT, "exchange")
    _checks("quote-accepted", json.loads(tick.body or b""))
    _checks("rebalance-requested", json.loads(request_message(Request("ana", "band", AT)).body or b""))
    _checks("autobalance-alert", json.loads(alert_message(alert.alert, AT).body))
    for about in (alert, Rest("2026-05-04T13")):
        _checks("autobalance-alert-job", json.loads(Errand(Channel.LOG, about).job().payload))
    _checks("income-wallet-job", json.loads(WalletDay("ana", date(2026, 5, 4)).job().payload))


def test_a_contract_says_who_writes_and_who_reads() -> None:
    """Nobody's message is no contract."""
    silent: list[MessageContract] = [each for each in CONTRACTS.values() if not (each.sends or each.receives)]
    assert not silent
