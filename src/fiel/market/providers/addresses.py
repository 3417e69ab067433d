"""The address of a question, taken apart: which service, which path, which parameters."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote_plus, urlsplit

from fiel.market.wire import Provider

_HOSTS = (
    ("olinda.bcb", Provider.OLINDA),
    ("api.bcb", Provider.SGS),
    ("brapi", Provider.BRAPI),
    ("hgbrasil", Provider.HG),
    ("ipeadata", Provider.IPEADATA),
    ("b3.com", Provider.B3),
)
_PATHS = (
    ("/olinda/", Provider.OLINDA),
    ("bcdata.sgs.", Provider.SGS),
    ("/finance", Provider.HG),
    ("/odata4/", Provider.IPEADATA),
    ("listedcompaniesproxy", Provider.B3),
    ("/api/", Provider.BRAPI),
)
_SECRETS = ("token", "key")


@dataclass(frozen=True, slots=True)
class Address:
    """`path` unquoted; `parameters` in order, without tokens."""

    provider: Provider | None
    path: str
    parameters: tuple[tuple[str, str], ...]

    def value(self, *names: str) -> str:
        """The first parameter of one of these names, or an empty text."""
        given = {name.lower(): value for name, value in self.parameters}
        return next((given[name.lower()] for name in names if given.get(name.lower())), "")

    def symbols(self, *names: str) -> tuple[str, ...]:
        """A comma list of tickers in capitals."""
        listed = self.value(*names).upper().split(",")
        return tuple(part.strip() for part in listed if part.strip())


def address_of(provider: str, url: str) -> Address:
    """Of a URL. `provider` is a name of `Provider`, or anything else to tell it by host and path."""
    parts = urlsplit(url)
    pairs = (pair.partition("=") for pair in parts.query.split("&") if pair)
    parameters = tuple(
        (unquote_plus(name), unquote_plus(value)) for name, _, value in pairs if name.lower() not in _SECRETS
    )
    path = unquote_plus(parts.path.replace("+", "%2B"))
    return Address(_provider(provider, parts.netloc.lower(), path.lower()), path, parameters)


def _provider(name: str, host: str, path: str) -> Provider | None:
    by_host = next((found for part, found in _HOSTS if part in host), None)
    if by_host is not None:
        return by_host
    if name in {one.value for one in Provider}:
        return Provider(name)
    return next((found for part, found in _PATHS if part in path), None)
