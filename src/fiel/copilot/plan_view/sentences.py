"""The sentences of a plan: its headline, why an order, why not, the proof, the hint."""

from __future__ import annotations

from decimal import Decimal

from fiel.copilot.plan_view.view import NodeRow, OrderRow, PlanView, SkipRow
from fiel.copilot.plan_view.words import Words
from fiel.rebalancing.plan import LevelDeficit, NotTraded, Side, Status

_ZERO = Decimal(0)
_NAMED_MAX = 4
_CENT_HALF = Decimal("0.005")
#: Relative gaps below this are rounding of the bound, not room for a better plan.
GAP_PROVEN_ZERO = Decimal("1e-9")
BASIS_POINTS = Decimal(10_000)


def label_of(row: NodeRow, words: Words) -> str:
    """What to call a node; the root is the portfolio, unless the file gave it a name."""
    return words("whole") if row.depth == 0 and row.label == row.id else row.label


def node_name(node: str, view: PlanView, words: Words) -> str:
    """What to call a node, by its id."""
    return next((label_of(row, words) for row in view.nodes if row.id == node), node)


def headline(view: PlanView, words: Words) -> str:
    """What to do, in one line: orders, money and what stays in cash."""
    if not view.orders:
        status = view.solution.status
        return words(f"status_{Status.NO_BETTER if status is Status.ORDERS else status}")
    sides = ((Side.BUY, view.money.buys), (Side.SELL, view.money.sells))
    parts = []
    for side, money in sides:
        count = sum(1 for row in view.orders if row.side is side)
        if count:
            what = words.count(f"{side}_asset", count)
            parts.append(words("headline_for", what=what, money=words.money(money, view.currency)))
    sentence = words("headline_and").join(parts)
    left = words("headline_left", money=words.money(view.money.cash_left, view.currency))
    return f"{sentence[0].upper()}{sentence[1:]}. {left}"


def why(row: OrderRow, view: PlanView, words: Words) -> str:
    """Why this order, short: the level that misses (or has) most, and the asset itself."""
    if row.reason is None or not row.reason.deficits:
        return ""
    sign = 1 if row.side is Side.BUY else -1
    own = row.reason.deficits[0].before * sign
    above = [level for level in row.reason.deficits[1:-1] if level.before * sign >= _CENT_HALF]
    widest = max(above, key=lambda level: level.before * sign, default=None)
    if row.side is Side.BUY:
        return _why_buy(own, widest, view, words)
    return _why_sell(own, widest, view, words)


def _why_buy(own: Decimal, widest: LevelDeficit | None, view: PlanView, words: Words) -> str:
    money = words.money_short(own, view.currency)
    if widest is None:
        if own >= _CENT_HALF:
            return words("reason_asset", own=money)
        return words("reason_fill", over=words.money_short(-own, view.currency))
    label = node_name(widest.node, view, words)
    lack = words.money_short(widest.before, view.currency)
    if own >= _CENT_HALF and own != widest.before:
        return words("reason_class_and_asset", node=label, lack=lack, own=money)
    return words("reason_class", node=label, lack=lack)


def _why_sell(own: Decimal, widest: LevelDeficit | None, view: PlanView, words: Words) -> str:
    if own >= _CENT_HALF:
        return words("reason_excess_asset", own=words.money_short(own, view.currency))
    if widest is not None:
        label = node_name(widest.node, view, words)
        return words("reason_excess", node=label, excess=words.money_short(-widest.before, view.currency))
    return words("reason_raise")


#: Reasons why an asset was not bought though its classes are short; that it is itself over target is no news.
_ABOUT_BUYING = frozenset({NotTraded.NO_MONEY_LEFT, NotTraded.BETTER_ELSEWHERE, NotTraded.BELOW_ONE_LOT})


def why_not(row: SkipRow, view: PlanView, words: Words) -> str:
    """Why this asset has no order, with the numbers behind it."""
    # What stands in the way of a sale is no news for an asset that is short: its classes are the reason.
    is_class_above = row.code is NotTraded.MODE_FORBIDS_SELLING and row.deficit >= _CENT_HALF
    parts = [words("skip_class_above" if is_class_above else f"skip_{row.code}")]
    if row.deficit >= _CENT_HALF:
        parts.append(words("skip_short", money=words.money(row.deficit, view.currency)))
    elif row.deficit <= -_CENT_HALF and row.code not in _ABOUT_BUYING:
        parts.append(words("skip_excess", money=words.money(-row.deficit, view.currency)))
    parts += [
        words(f"fact_{fact}", money=words.money(number, view.currency))
        for fact, number in row.facts.items()
        if number > 0 and words.knows(f"fact_{fact}")
    ]
    return "; ".join(parts)


def distance(objective: Decimal) -> Decimal:
    """The objective as a distance in basis points of the whole: its square root times 10,000."""
    return max(objective, _ZERO).sqrt() * BASIS_POINTS


def gap_in_basis_points(objective: Decimal, lower_bound: Decimal) -> Decimal:
    """How much closer to the targets any other plan can be, at most, in basis points of the whole."""
    return max(distance(objective) - distance(lower_bound), _ZERO)


def proof(view: PlanView, words: Words) -> str:
    """What is proven about this plan."""
    solution = view.solution
    key = "node_searched" if solution.node_count == 1 else "node_searcheds"
    searched = words(key, n=words.quantity(Decimal(solution.node_count)))
    gap = gap_in_basis_points(solution.objective, solution.lower_bound)
    if solution.gap_proven <= GAP_PROVEN_ZERO:
        return words("proof_optimal", searched=searched)
    return words("proof_gap", gap=words.decimals(gap, 4), searched=searched)


def hints(view: PlanView, words: Words) -> list[str]:
    """The smallest contribution that restores balance without a sale, or what stands in its way."""
    hint = view.solution.hint
    if hint.exact is None and hint.blocking:
        names = ", ".join(node_name(node, view, words) for node in hint.blocking)
        found = [words("hint_blocked", nodes=names)]
    elif hint.exact == 0:
        found = [words("hint_zero")]
    elif hint.exact is not None:
        found = [words("hint_exact", exact=words.money(hint.exact, view.currency))]
    else:
        found = []
    if hint.within_bands is not None and hint.within_bands > 0:
        found.append(words("hint_bands", bands=words.money(hint.within_bands, view.currency)))
    return found


def price_notes(view: PlanView, words: Words) -> list[str]:
    """One line for each time and source of prices, with the mark that the tables use."""
    return [
        (f"{note.mark} " if note.mark else "")
        + words(
            "price_note",
            which=_which_assets(note.assets, words),
            as_of=words.moment(note.as_of) if note.as_of else words("as_of_unknown"),
            source=note.source or words("source_unknown"),
        )
        for note in view.prices
    ]


def _which_assets(assets: tuple[str, ...], words: Words) -> str:
    """Their ids when they are few, else how many they are."""
    return ", ".join(assets) if len(assets) <= _NAMED_MAX else words.count("price_count", len(assets))


def tax_lines(view: PlanView, words: Words) -> list[str]:
    """One line for each tax group with sales in the month."""
    found = []
    for line in view.solution.taxes:
        if line.sales == 0:
            continue
        key = "tax_exempt" if line.exempt else "tax_due"
        found.append(
            words(
                key,
                group=words(f"group_{line.group}") if words.knows(f"group_{line.group}") else line.group,
                sales=words.money(line.sales, view.currency),
                gain=words.money(line.gain, view.currency),
                tax=words.money(line.tax, view.currency),
            )
        )
    return found
