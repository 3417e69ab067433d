"""Everything that can be set from outside, in one typed tree, read once from the environment.

    settings = Settings.read(os.environ, Path.home(), sys.platform)

A variable that is not set, or empty, has its default. One that cannot be used is refused with its name
(`InvalidInput.field`) and what to write instead. The language of people is the doors' own matter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import time, timedelta, timezone, tzinfo
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

from fiel.copilot.income.config import IncomeConfig
from fiel.copilot.notices.facts import NoticesConfig
from fiel.custody.config import PARK_FOR, CustodyConfig, default_zone
from fiel.custody.reservations import Fees
from fiel.infra.storage.urls import database_url, embedded_url
from fiel.infra.zones import zone_of
from fiel.kernel.decimals import parse_decimal
from fiel.kernel.errors import InvalidInput
from fiel.kernel.rounding import exact_context
from fiel.market.config import UPSTREAM_PATHS, MarketConfig, default_providers
from fiel.market.wire import Provider
from fiel.settings.access import AccessSettings, read_access
from fiel.settings.autobalance import AutobalanceSettings, read_autobalance
from fiel.settings.notices import read_notices
from fiel.settings.reading import Variables, duration, named

DATA_DIR = "FIEL_DATA_DIR"
DATABASE_URL = "FIEL_DATABASE_URL"
CUSTODY_ZONE = "FIEL_CUSTODY_ZONE"
CUSTODY_FEE_FIXED = "FIEL_CUSTODY_FEE_FIXED"
CUSTODY_FEE_PERCENT = "FIEL_CUSTODY_FEE_PERCENT"
CUSTODY_PARK_FOR = "FIEL_CUSTODY_PARK_FOR"
CUSTODY_RESERVE_FOR = "FIEL_CUSTODY_RESERVE_FOR"
KAFKA = "FIEL_KAFKA"
KAFKA_PROPERTIES = "FIEL_KAFKA_PROPERTIES"
KAFKA_SESSION = "FIEL_KAFKA_SESSION"
REDIS_URL = "FIEL_REDIS_URL"
RABBITMQ = "FIEL_RABBITMQ"
INCOME_AT = "FIEL_INCOME_AT"
INCOME_ZONE = "FIEL_INCOME_ZONE"
BRAPI_TOKEN = "FIEL_BRAPI_TOKEN"  # noqa: S105 (the name of a variable)
HG_KEY = "FIEL_HG_KEY"
MARKET_UPSTREAM = "FIEL_MARKET_UPSTREAM"
MARKET_OFFLINE = "FIEL_MARKET_OFFLINE"
MARKET_TICKERS = "FIEL_MARKET_TICKERS"
TRACES = "FIEL_TRACES"
#: The variable with the address of each service, where another holds than the service's own.
MARKET_URLS: Mapping[Provider, str] = MappingProxyType(
    {
        Provider.BRAPI: "FIEL_BRAPI_URL",
        Provider.HG: "FIEL_HG_URL",
        Provider.SGS: "FIEL_SGS_URL",
        Provider.OLINDA: "FIEL_OLINDA_URL",
        Provider.IPEADATA: "FIEL_IPEADATA_URL",
        Provider.B3: "FIEL_B3_URL",
    }
)

#: A fee beyond this is a slip of the pen: nobody charges ten thousand for an order.
FEE_FIXED_MAX = Decimal(10_000)
#: Brokers refuse sessions out of 6 seconds to 30 minutes unless they were told otherwise.
SESSION_MIN, SESSION_MAX = timedelta(seconds=6), timedelta(minutes=30)
PROPERTIES_BYTES_MAX = 64 * 1024

_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_OFFSET = re.compile(r"([+-])([0-9]{2}):([0-9]{2})")
_BROKERS = re.compile(r"[A-Za-z0-9._\-\[\]:]+:[0-9]{1,5}(,[A-Za-z0-9._\-\[\]:]+:[0-9]{1,5})*")


@dataclass(frozen=True, slots=True)
class Outside:
    """Other services. Empty: not used. Addresses and properties may hold passwords, so they are not shown.

    `kafka` is host:port, or several with commas. `kafka_session`: how long a dead worker keeps its share.
    """

    kafka: str = ""
    kafka_session: timedelta = timedelta(seconds=15)
    kafka_properties: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    redis_url: str = field(default="", repr=False)
    rabbitmq_url: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """The tree. `database_url` may hold a password, so it is not in the representation."""

    data_folder: Path
    database_url: str = field(repr=False)
    custody: CustodyConfig = field(default_factory=CustodyConfig)
    outside: Outside = field(default_factory=Outside)
    market: MarketConfig = field(default_factory=MarketConfig)
    income: IncomeConfig = field(default_factory=IncomeConfig)
    autobalance: AutobalanceSettings = field(default_factory=AutobalanceSettings)
    access: AccessSettings = field(default_factory=AccessSettings)
    notices: NoticesConfig = field(default_factory=NoticesConfig)
    #: Where traces go; empty: nowhere.
    traces: str = ""

    @classmethod
    def read(cls, environment: Mapping[str, str], home: Path, platform: str) -> Settings:
        """The settings of an environment. Raises `InvalidInput` with the variable as its `field`.

        Nothing is created. `platform` is `sys.platform`: it decides where a user's data belongs.
        """
        variables = Variables(environment)
        folder = variables.read(
            DATA_DIR, lambda text: _folder(text, home), _data_folder(environment, home, platform)
        )
        return cls(
            folder,
            variables.read(DATABASE_URL, _database, embedded_url(folder / "fiel.db")),
            CustodyConfig(
                zone=variables.read(CUSTODY_ZONE, _zone, default_zone()),
                fees=Fees(
                    variables.read(CUSTODY_FEE_FIXED, fee_fixed, 0),
                    variables.read(CUSTODY_FEE_PERCENT, fee_percent, 0),
                ),
                park_for=variables.read(CUSTODY_PARK_FOR, duration, PARK_FOR),
                reserve_for=variables.read(CUSTODY_RESERVE_FOR, _patience, None),
            ),
            Outside(
                kafka=variables.read(KAFKA, brokers, ""),
                kafka_session=variables.read(KAFKA_SESSION, _session, Outside().kafka_session),
                kafka_properties=variables.read(KAFKA_PROPERTIES, _properties, Outside().kafka_properties),
                redis_url=variables.read(REDIS_URL, redis_address, ""),
                rabbitmq_url=variables.read(RABBITMQ, rabbitmq_address, ""),
            ),
            _market(variables),
            IncomeConfig(
                at=variables.read(INCOME_AT, _time_of_day, IncomeConfig().at),
                zone=variables.read(INCOME_ZONE, _zone_name, IncomeConfig().zone),
            ),
            read_autobalance(variables),
            access=read_access(variables),
            notices=read_notices(variables),
            traces=variables.read(TRACES, _collector, ""),
        )


def _market(variables: Variables) -> MarketConfig:
    """Tokens, addresses, and whether anything is asked at all."""
    upstream = variables.read(MARKET_UPSTREAM, str, "")
    urls = {provider: upstream.rstrip("/") + path for provider, path in UPSTREAM_PATHS.items() if upstream}
    urls |= {each: url for each, name in MARKET_URLS.items() if (url := variables.read(name, str, ""))}
    tokens = {
        Provider.BRAPI: variables.read(BRAPI_TOKEN, str, ""),
        Provider.HG: variables.read(HG_KEY, str, ""),
    }
    try:
        providers = default_providers({key: token for key, token in tokens.items() if token}, urls)
    except InvalidInput as problem:
        name = _variable_of(problem.field or "", upstream=bool(upstream))
        raise named(problem, name) from None
    return MarketConfig(
        providers,
        offline=variables.read(MARKET_OFFLINE, _switch, default=False),
        tickers=variables.read(MARKET_TICKERS, _tickers, ()),
    )


def _variable_of(place: str, *, upstream: bool) -> str:
    """The variable that set `brapi.token` or `bcb.base_url`."""
    provider, _, name = place.partition(".")
    if name == "token":
        return BRAPI_TOKEN if provider == Provider.BRAPI else HG_KEY
    return MARKET_UPSTREAM if upstream else MARKET_URLS[Provider(provider)]


def _collector(text: str) -> str:
    """`1`, or the address of a collector; `0` is none."""
    if text == "0":
        return ""
    if text != "1" and not text.startswith(("http://", "https://")):
        raise InvalidInput("traces_malformed", "write 1, or a collector as http://127.0.0.1:4318/v1/traces")
    return text


def _switch(text: str) -> bool:
    if text.lower() in {"1", "true", "yes"}:
        return True
    if text.lower() in {"0", "false", "no"}:
        return False
    raise InvalidInput("switch_malformed", "write 1 or 0")


def _tickers(text: str) -> tuple[str, ...]:
    from fiel.market.quotes import SYMBOLS_MAX, read_symbol

    names = tuple(dict.fromkeys(read_symbol(each) for each in text.split(",") if each.strip()))
    if len(names) > SYMBOLS_MAX:
        raise InvalidInput("too_many_symbols", f"at most {SYMBOLS_MAX} tickers")
    return names


def _data_folder(environment: Mapping[str, str], home: Path, platform: str) -> Path:
    """Where the system keeps a user's data; relative folders in its variables are ignored, as it says."""
    if platform == "win32":
        return _absolute(environment.get("LOCALAPPDATA")) or home / "AppData" / "Local" / "fiel"
    if platform == "darwin":
        return home / "Library" / "Application Support" / "fiel"
    return _absolute(environment.get("XDG_DATA_HOME")) or home / ".local" / "share" / "fiel"


def _absolute(text: str | None) -> Path | None:
    folder = Path((text or "").strip())
    return folder / "fiel" if folder.is_absolute() else None


def _folder(text: str, home: Path) -> Path:
    folder = home / text[2:] if text.startswith("~/") else Path(text)
    if not folder.is_absolute():
        raise InvalidInput("folder_not_absolute", "write a folder from its root, such as /srv/fiel")
    return folder


def _database(text: str) -> str:
    database_url(text)
    return text


def _zone(text: str) -> tzinfo:
    """`America/Sao_Paulo`, `UTC`, or a fixed offset such as `-03:00`."""
    offset = _OFFSET.fullmatch(text)
    if offset is not None:
        sign = -1 if offset[1] == "-" else 1
        distance = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        if int(offset[3]) < 60 and distance <= timedelta(hours=14):
            return timezone(sign * distance, text)
    else:
        with suppress(InvalidInput):
            return zone_of(text)
    raise InvalidInput(
        "zone_unknown",
        "write the zone of the order service's clock as America/Sao_Paulo, UTC or -03:00; names need "
        "the system's zones (on Windows: pip install tzdata)",
    )


def fee_fixed(text: str) -> int:
    """An amount per order with at most two decimals, in minor units. Raises `InvalidInput`."""
    amount = parse_decimal(text, decimals_max=2, minimum=0, maximum=FEE_FIXED_MAX)
    return int(exact_context().scaleb(amount, Decimal(2)))


def fee_percent(text: str) -> int:
    """Percent with at most 4 decimals, in millionths of the money traded. Raises `InvalidInput`."""
    percent = parse_decimal(text, decimals_max=4, minimum=0, maximum=100)
    return int(exact_context().scaleb(percent, Decimal(4)))


def _patience(text: str) -> timedelta | None:
    return None if text.lower() == "forever" else duration(text)


def brokers(text: str) -> str:
    """Addresses of Kafka brokers: `host:port`, several with commas. Raises `InvalidInput`."""
    addresses = text.replace(" ", "")
    if not _BROKERS.fullmatch(addresses):
        raise InvalidInput(
            "kafka_address", "write the brokers as host:port, several with commas", field="kafka"
        )
    return addresses


def redis_address(text: str) -> str:
    """The URL of Redis. Raises `InvalidInput`; a password in it is never repeated."""
    if not text.startswith(("redis://", "rediss://", "unix://")):
        raise InvalidInput("redis_url_malformed", "write Redis as redis://host:6379/0", field="redis")
    return text


def rabbitmq_address(text: str) -> str:
    """The URL of RabbitMQ. Raises `InvalidInput`; a password in it is never repeated."""
    if not text.startswith(("amqp://", "amqps://")):
        raise InvalidInput(
            "rabbitmq_url_malformed", "write RabbitMQ as amqp://user:password@host:5672/", field="rabbitmq"
        )
    return text


def _time_of_day(text: str) -> time:
    match = _TIME.fullmatch(text)
    if match is None:
        raise InvalidInput("time_malformed", "write the time of day as 06:30")
    return time(int(match[1]), int(match[2]))


def _zone_name(text: str) -> str:
    zone_of(text)
    return text


def _session(text: str) -> timedelta:
    session = duration(text)
    if not SESSION_MIN <= session <= SESSION_MAX:
        raise InvalidInput("duration_out_of_range", "write a session between 6s and 30m")
    return session


def _properties(text: str) -> Mapping[str, str]:
    """The lines `name=value` of a file; empty ones and those that begin with # are left out."""
    try:
        content = Path(text).read_bytes()
    except OSError as error:
        raise InvalidInput("file_unreadable", f"{text} cannot be read ({error.strerror})") from None
    lines = [line.strip() for line in content[:PROPERTIES_BYTES_MAX].decode("utf-8", "replace").splitlines()]
    pairs = [line.partition("=") for line in lines if line and not line.startswith("#")]
    if len(content) > PROPERTIES_BYTES_MAX or any(not sign for _, sign, _ in pairs):
        raise InvalidInput("properties_malformed", f"{text}: write one name=value per line, at most 64 KiB")
    return MappingProxyType({name.strip(): value.strip() for name, _, value in pairs})
