"""Where the other services are: variables of the environment, and what is opened for them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from fiel.bootstrap import open_bus, open_custody, open_prices
from fiel.custody.prices import RedisPrices
from fiel.infra.bus.embedded import EmbeddedBus
from fiel.kernel.errors import InvalidInput
from fiel.settings import Settings


def read(folder: Path, **variables: str) -> Settings:
    """The settings of an environment."""
    return Settings.read(variables, folder, "linux")


def test_nothing_set_is_embedded(tmp_path: Path) -> None:
    """No broker, no Redis: the log and the prices of the database."""
    settings = read(tmp_path)
    with open_custody(settings) as opened:
        assert isinstance(open_bus(settings, opened.database), EmbeddedBus)
        prices = open_prices(settings.outside, opened.database)
        assert (prices.probe, dict(prices.source.last_prices(["PETR4"]))["PETR4"].ticker) == (None, "PETR4")


def test_what_is_set_is_used(tmp_path: Path) -> None:
    """Brokers, what the cluster asks of a client, the session, and Redis; passwords are not shown."""
    pytest.importorskip("confluent_kafka")
    pytest.importorskip("redis")
    properties = tmp_path / "kafka.properties"
    properties.write_text(
        "# of the cluster\nsasl.username = fiel\n\nsasl.password=s3cr=t\n", encoding="utf-8"
    )
    settings = read(
        tmp_path,
        FIEL_KAFKA="one:9092, two:9092",
        FIEL_KAFKA_PROPERTIES=str(properties),
        FIEL_KAFKA_SESSION="30s",
        FIEL_REDIS_URL="redis://:s3cret@cache:6379/0",
    )
    assert settings.outside.kafka == "one:9092,two:9092"
    assert dict(settings.outside.kafka_properties) == {"sasl.username": "fiel", "sasl.password": "s3cr=t"}
    assert settings.outside.kafka_session == timedelta(seconds=30)
    assert "s3cr" not in repr(settings)
    with open_custody(settings) as opened:
        assert isinstance(open_prices(settings.outside, opened.database).source, RedisPrices)
        open_bus(settings, opened.database).close()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("FIEL_KAFKA", lambda _folder: "broker"),
        ("FIEL_KAFKA", lambda _folder: "broker:port"),
        ("FIEL_KAFKA_SESSION", lambda _folder: "5s"),
        ("FIEL_KAFKA_SESSION", lambda _folder: "31m"),
        ("FIEL_KAFKA_PROPERTIES", lambda folder: str(folder / "missing")),
        ("FIEL_KAFKA_PROPERTIES", lambda folder: _written(folder, "sasl.username")),
        ("FIEL_REDIS_URL", lambda _folder: "cache:6379"),
    ],
)
def test_what_cannot_be_used_is_refused(tmp_path: Path, name: str, content: Callable[[Path], str]) -> None:
    """With the name of the variable."""
    with pytest.raises(InvalidInput) as refusal:
        read(tmp_path, **{name: content(tmp_path)})
    assert refusal.value.field == name


def test_a_property_behind_our_back_is_refused(tmp_path: Path) -> None:
    """Only what concerns the connection; offsets are not Kafka's to keep."""
    pytest.importorskip("confluent_kafka")
    file = _written(tmp_path, "enable.auto.commit=true")
    settings = read(tmp_path, FIEL_KAFKA="one:9092", FIEL_KAFKA_PROPERTIES=file)
    with open_custody(settings) as opened, pytest.raises(InvalidInput, match="begin with"):
        open_bus(settings, opened.database)


def _written(folder: Path, text: str) -> str:
    file = folder / "properties"
    file.write_text(text, encoding="utf-8")
    return str(file)
