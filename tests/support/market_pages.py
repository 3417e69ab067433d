"""The pages of reasons and of series: their tables are what the code says.

`python -m tests.support.market_pages` writes the tables anew, between their marks; the prose stays.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from fiel.market.catalogue import Era, Periodicity, SeriesSpec, catalogue
from fiel.market.judgement import PARTIAL_REACTIONS
from fiel.market.verdicts import REACTIONS, Kind, Reaction
from fiel.market.wire import Provider

ROOT = Path(__file__).parents[2]
REASONS = ROOT / "docs/reference/market-reasons.md"
SERIES = ROOT / "docs/reference/series.md"

#: What each reason means, for people.
MEANINGS: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.AUTH: "the token or key is missing or not valid",
        Kind.PLAN: "the plan does not have it",
        Kind.QUOTA_EXHAUSTED: "the calls of the plan are used up",
        Kind.RATE_LIMITED: "too many calls just now; also the throttle page with status 200",
        Kind.BAD_REQUEST: "the question is wrong; another service would get the same",
        Kind.WINDOW_TOO_LONG: "more days than are answered at once",
        Kind.NOT_FOUND: "the service says that there is no such symbol or series",
        Kind.TIMEOUT: "no answer in time",
        Kind.UPSTREAM_DOWN: "not reached, a 5xx, or a page that says so",
        Kind.MALFORMED: "no JSON that can be read: cut, too large, too deep, not a number",
        Kind.SCHEMA: "JSON of another shape, or a field that must be there is not",
        Kind.NO_DATA: "nothing in it",
        Kind.IMPLAUSIBLE: "out of range, or a move that nothing explains",
        Kind.INCONSISTENT: "contradicts itself or the question",
        Kind.STALE: "does not know of the last session",
        Kind.DUPLICATE: "the same row twice",
        Kind.CONFLICT: "one day with two values, or other than what is known",
        Kind.GAP: "a day is missing that should be there",
        Kind.SUSPICIOUS_EMPTY: "nothing, of a symbol that pays",
        Kind.FORMAT: "written in another way than usual",
        Kind.UNCONFIRMED: "the first price of a symbol, told by one service alone",
        Kind.FUTURE_ROWS: "rows of days to come, of a series published ahead",
        Kind.PERIOD_ROWS: "each row covers a period of its own; they overlap",
        Kind.RENAMED: "answered under the successor's ticker",
        Kind.CORPORATE_ACTION: "a split or bonus explains the move",
        Kind.CORPORATE_ACTION_PAIR: "several events of one day that cancel out",
        Kind.SHAPE_VARIANT: "another of the shapes that are known",
        Kind.METADATA_MISMATCH: "what is said about the data is not so; the data counts",
        Kind.DEGRADED: "less than usual: part of the data, or a database that is away",
    }
)
_PROVIDERS = {
    Provider.OLINDA: "olinda",
    Provider.IPEADATA: "ipeadata",
    Provider.B3: "B3",
    Provider.BRAPI: "BRAPI",
}


def reason_tables() -> dict[str, str]:
    """By mark: the reasons with their reactions, and what is done about a part left out."""
    whole = [
        "| Reason | Means | Tried again | Next source | Counts for the breaker | Kept |",
        "|---|---|---|---|---|---|",
    ]
    whole += [f"| `{kind}` | {MEANINGS[kind]} | {_cells(REACTIONS.get(kind))} |" for kind in Kind]
    part = ["| Reason | Tried again | Next source | The rest is kept |", "|---|---|---|---|"]
    part += [
        f"| `{kind}` | {_yes(one.retry)} | {_yes(one.fallback)} | {one.keep} |"
        for kind, one in PARTIAL_REACTIONS.items()
    ]
    return {"reasons": "\n".join(whole), "partial": "\n".join(part)}


def series_tables() -> dict[str, str]:
    """By mark: the catalogue, its plausible ranges, and who else tells each series."""
    what = [
        "| Key | SGS | What | Unit | Rows | Decimals | From | Row comes out | Final after |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    ranges = ["| Key | From | Lowest | Highest | Largest step |", "|---|---|---|---|---|"]
    others = ["| Key | Told by, in this order |", "|---|---|"]
    for spec in catalogue().values():
        what.append(_series_row(spec))
        ranges += [_era_row(spec, era) for era in spec.eras]
        others.append(f"| `{spec.key}` | {_others(spec)} |")
    return {"series": "\n".join(what), "ranges": "\n".join(ranges), "others": "\n".join(others)}


def _cells(reaction: Reaction | None) -> str:
    if reaction is None:
        return "- | - | - | -"
    answers = (reaction.retry, reaction.fallback, reaction.breaker_failure)
    return " | ".join([*(_yes(one) for one in answers), str(reaction.keep)])


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _series_row(spec: SeriesSpec) -> str:
    months = spec.periodicity is Periodicity.MONTHS
    if months:
        out = f"day {spec.month_day} of the next month, {spec.hour:%H:%M}"
    else:
        out = f"{'the next business day' if spec.delay else 'that day'}, {spec.hour:%H:%M}"
    if spec.ahead:
        out = "ahead"
    final = "2 months" if months else f"{spec.revisable} business days"
    cells = (
        f"`{spec.key}`",
        str(spec.code),
        spec.name,
        spec.unit.value,
        spec.periodicity.value,
        str(spec.decimals),
        spec.first_day.isoformat(),
        out,
        final,
    )
    return f"| {' | '.join(cells)} |"


def _era_row(spec: SeriesSpec, era: Era) -> str:
    step = "-" if era.jump is None else f"{era.jump:f} times"
    return f"| `{spec.key}` | {era.since} | {era.low:f} | {era.high:f} | {step} |"


def _others(spec: SeriesSpec) -> str:
    told = ["SGS"]
    for second in spec.second_sources:
        unit = ", % per year" if second.yearly else ""
        told.append(f"{_PROVIDERS[second.provider]} (`{second.code}`{unit})")
    return ", ".join(told)


def with_tables(text: str, tables: Mapping[str, str]) -> str:
    """The page with these tables between their marks. Raises `ValueError` for a mark that is not there."""
    for mark, table in tables.items():
        begin, end = f"<!-- {mark} -->", f"<!-- /{mark} -->"
        if text.count(begin) != 1 or text.count(end) != 1:
            raise ValueError(f"the page has no place for the table {mark!r}")
        between = re.escape(begin) + r".*?" + re.escape(end)
        shown = f"{begin}\n\n{table}\n\n{end}"
        text = re.sub(between, shown.replace("\\", r"\\"), text, flags=re.DOTALL)
    return text


PAGES = {REASONS: reason_tables, SERIES: series_tables}

if __name__ == "__main__":
    for page, tables in PAGES.items():
        page.write_text(with_tables(page.read_text(encoding="utf-8"), tables()), encoding="utf-8")
