"""The plain document of a note file: the members that reports use for notes."""

from __future__ import annotations

from collections.abc import Mapping

SUMMARY = (
    "sells",
    "buys",
    "settlement_fee",
    "registration_fee",
    "option_fee",
    "ana_fee",
    "emoluments",
    "transfer_fee",
    "brokerage",
    "custody_fee",
    "iss",
    "taxes",
    "others",
    "unnamed",
    "net",
    "withheld",
    "withheld_base",
)


def note_record(record: Mapping[str, object]) -> dict[str, object]:
    """`as_record` of a note file with its figures under `summary` and its pages as a number.

    Files of several notes keep their figures as they are named there (`2.net`).

    >>> note_record({"pages": "2", "net": "-10.00"})
    {'pages': 2, 'summary': {'net': '-10.00'}}
    """
    shaped = {name: value for name, value in record.items() if name not in SUMMARY}
    if isinstance(pages := shaped.get("pages"), str):
        shaped["pages"] = int(pages)
    summary = {name: record[name] for name in SUMMARY if name in record}
    return shaped | ({"summary": summary} if summary else {})
