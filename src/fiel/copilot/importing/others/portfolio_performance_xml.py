"""The file of Portfolio Performance in XML: every transaction with its own identifier.

Amounts are in hundredths of the currency. Shares have 5 decimals up to version 25 of the file, 6 up to 48,
and 8 from 49. A buy is written twice, for the account and for the depot: the depot's is booked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from xml.etree.ElementTree import Element

from fiel.copilot.importing.bytes_in import Content
from fiel.copilot.importing.others.collecting import Collected
from fiel.copilot.importing.others.figures import trimmed
from fiel.copilot.importing.others.portfolio_performance import build, place
from fiel.copilot.importing.others.xml_tree import Tree, parse
from fiel.copilot.importing.reader import Reader
from fiel.copilot.importing.rows import ReadFile, Row, RowKind
from fiel.copilot.importing.source import Source
from fiel.kernel.errors import InvalidInput, Refused

LAYOUT = "portfolio-performance-xml"
VERSION_SEEN = 69
_TYPES: Mapping[str, tuple[str, RowKind | None]] = {
    "BUY": ("buy", RowKind.BUY),
    "SELL": ("sell", RowKind.SELL),
    "DIVIDENDS": ("dividend", RowKind.DIVIDEND),
    "INTEREST": ("interest", RowKind.INTEREST),
    "INTEREST_CHARGE": ("interest charge", RowKind.FEE),
    "FEES": ("fees", RowKind.FEE),
    "FEES_REFUND": ("fees refund", None),
    "TAXES": ("taxes", RowKind.TAX),
    "TAX_REFUND": ("tax refund", RowKind.TAX_REFUND),
    "DEPOSIT": ("deposit", RowKind.DEPOSIT),
    "REMOVAL": ("removal", RowKind.WITHDRAWAL),
    "TRANSFER_IN": ("transfer (inbound)", None),
    "TRANSFER_OUT": ("transfer (outbound)", None),
    "DELIVERY_INBOUND": ("delivery (inbound)", RowKind.DELIVERY_IN),
    "DELIVERY_OUTBOUND": ("delivery (outbound)", None),
}
_ACCOUNT = frozenset({"account-transaction", "accountTransaction"})
_DEPOT = frozenset({"portfolio-transaction", "portfolioTransaction"})
_EITHER = frozenset({"transactionFrom", "transactionTo"})
_DIGITS_MAX = 18


@dataclass(frozen=True, slots=True)
class _Book:
    tree: Tree
    shares_digits: int
    by_id: Mapping[str, Element]


def claims(source: Source) -> bool:
    """Whether the root is `client` with a `version`."""
    head = source.text[:4_096]
    return "<client" in head and "<version>" in head


def read(source: Source) -> ReadFile:
    """Every transaction of every account and depot, once each, in the order of the file.

    Raises `InvalidInput`: `xml_malformed`, `xml_forbidden`, `version_missing`. A file newer than version 69
    is read, and all of it is put to review: its factors are not known.
    """
    tree = parse(source.data, source.name)
    version = _whole(tree.root.findtext("version"))
    if tree.root.tag != "client" or version is None:
        raise InvalidInput(
            "version_missing", "no version of Portfolio Performance stands in it", field=source.name
        )
    ids = {one.attrib["id"]: one for one in tree.root.iter() if "id" in one.attrib}
    book = _Book(tree, 5 if version <= 25 else 6 if version <= 48 else 8, ids)
    collected = Collected()
    for number, element in enumerate(_transactions(tree), start=1):
        try:
            _place(collected, book, number, element)
        except InvalidInput as problem:
            row = Row(number, extra={"uuid": element.findtext("uuid") or ""})
            collected.wonder(row, problem.code, str(problem))
    if version > VERSION_SEEN:
        _ask_all(collected, version)
    return collected.finished(source, LAYOUT, {"version": str(version)})


def _transactions(tree: Tree) -> Iterator[Element]:
    """Elements with a body of their own; the other mentions are references to them."""
    seen: set[str] = set()
    for element in tree.root.iter():
        if element.tag not in _ACCOUNT | _DEPOT | _EITHER or "reference" in element.attrib:
            continue
        uuid = element.findtext("uuid") or ""
        if uuid and uuid in seen:
            continue
        seen.add(uuid)
        if element.find("type") is not None:
            yield element


def _place(collected: Collected, book: _Book, number: int, element: Element) -> None:
    said = (element.findtext("type") or "").strip()
    name, kind = _TYPES.get(said, (said.lower(), None))
    units = _units(element)
    security = _security(book, element)
    amount, shares = (
        _scaled(element.findtext("amount"), 2),
        _scaled(element.findtext("shares"), book.shares_digits),
    )
    if amount is None:
        raise InvalidInput("number_malformed", "the amount is missing or not whole cents", field="amount")
    row = build(
        number,
        kind=kind,
        day_text=element.findtext("date"),
        net=amount,
        shares=trimmed(shares) if shares else None,
        fees=units.get("FEE"),
        taxes=units.get("TAX"),
        symbol=_text(security, "tickerSymbol"),
        currency=element.findtext("currencyCode"),
        institution=_owner(book.tree, element),
        extra={
            "uuid": element.findtext("uuid") or "",
            "isin": _text(security, "isin"),
            "name": _text(security, "name"),
            "note": element.findtext("note") or "",
            "ex_date": (element.findtext("exDate") or "")[:10],
        },
    )
    if kind in {RowKind.BUY, RowKind.SELL} and _is_cash_leg(element):
        collected.skip(row, "cash_leg", "cash leg of the trade that the depot tells")
    else:
        place(collected, row, name)


def _is_cash_leg(element: Element) -> bool:
    return element.tag in _ACCOUNT


def _units(element: Element) -> dict[str, Decimal]:
    """Sums of fees and taxes by type, in the currency of the transaction."""
    found: dict[str, Decimal] = {}
    for unit in element.iterfind("units/unit"):
        money = unit.find("amount")
        value = _scaled(money.attrib.get("amount"), 2) if money is not None else None
        if value is not None:
            kind = unit.attrib.get("type", "")
            found[kind] = found.get(kind, Decimal(0)) + value
    return found


def _security(book: _Book, element: Element) -> Element | None:
    mention = element.find("security")
    if mention is None:
        return None
    reference = mention.attrib.get("reference", "")
    if reference in book.by_id:
        return book.by_id[reference]
    found = book.tree.resolved(mention)
    if found is None:
        raise InvalidInput(
            "reference_broken", "the security it refers to is not in the file", field="security"
        )
    return found


def _owner(tree: Tree, element: Element) -> str | None:
    """The nearest account or depot around the transaction."""
    for one in islice(tree.ancestors(element), 50):
        if one.tag in {"account", "portfolio", "accountFrom", "accountTo", "portfolioFrom", "portfolioTo"}:
            return one.findtext("name")
    return None


def _text(element: Element | None, name: str) -> str:
    return (element.findtext(name) or "").strip() if element is not None else ""


def _whole(text: str | None) -> int | None:
    said = (text or "").strip()
    return int(said) if said.isdecimal() and said.isascii() and len(said) <= _DIGITS_MAX else None


def _scaled(text: str | None, digits: int) -> Decimal | None:
    value = _whole((text or "").strip().removeprefix("-"))
    return None if value is None else Decimal(value).scaleb(-digits)


def _ask_all(collected: Collected, version: int) -> None:
    rows, collected.booked = collected.booked, []
    for row in rows:
        collected.ask(
            row,
            "version_newer",
            f"the file is of version {version}, read as version {VERSION_SEEN}: compare its figures first",
        )


_PROTECTED = (b"PORTFOLIO", b"PPPBV1")


def claims_binary(source: Source) -> bool:
    """Whether it is the encrypted or the binary form of the file."""
    return source.data.startswith(_PROTECTED)


def refuse_binary(source: Source) -> ReadFile:
    """Raises `Refused` `portfolio_performance_binary`."""
    raise Refused(
        "portfolio_performance_binary",
        "this is the encrypted or binary form: in Portfolio Performance save it as XML, without a password",
        field=source.name,
    )


READERS = (
    Reader(LAYOUT, frozenset({Content.XML}), claims, read),
    Reader(LAYOUT, frozenset({Content.DELIMITED}), claims_binary, refuse_binary),
)
