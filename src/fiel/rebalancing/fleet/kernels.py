"""The drift kernels: one source, interpreted or compiled (see `fiel.rebalancing.jit`).

Rows are portfolios, slots their assets. Thirty-two rows at a time are laid side by side as lanes: the
gather of prices stays scalar, and everything after it runs down the slots over whole vectors. Slots
stand in the order of the tree, so every class is a run of slots and its value the difference of two
running sums: a tree of any depth costs little more than a flat one.

All arithmetic is float64 on float32 inputs. Relative to the whole, a deviation is then wrong by less
than 5e-7, twenty times less than the default zone in which the exact rule decides.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from fiel.rebalancing.jit import jit

LANES = 32
#: Four-byte slots per line of the processor's caches.
TOUCHED = 16
INSIDE, OUT, NEAR, UNPRICED, EMPTY = 0, 1, 2, 3, 4
#: Stands for "no limit": larger than any deviation, small enough never to overflow.
UNLIMITED = 1e30
#: The excess of a node with neither value nor target: it can never be out.
NOTHING = -1e300
#: Below this part of the gross value, debts cancel so much that floats may not decide.
CANCELLED = 0.1

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
U32 = NDArray[np.uint32]
U16 = NDArray[np.uint16]
U8 = NDArray[np.uint8]
I64 = NDArray[np.int64]


#: The arrays of a `Fleet` (shapes there): quantity, asset, target, node_start, node_end, node_target,
#: model (empty when row = portfolio), absolute, relative. A plain tuple, because numba keeps the types
#: of arguments in its disk cache and could not read it again once a class of ours has been renamed.
Rows: TypeAlias = tuple[F32, U16, F32, U16, U16, F32, U32, F32, F32]
#: What a scan fills in, per portfolio: verdict, largest deviation, budget (empty = not wanted).
Answers: TypeAlias = tuple[U8, F32, F64]

#: Lines of the block of numbers per lane: WIDTH and RATIO are the bands
#: as given, CODE is the verdict, the rest is money.
WHOLE, WIDTH, RATIO, ABSOLUTE, SLOPE, OFFSET, WORST, LARGEST, GROSS, CODE, MONEY_LINES = range(11)


@jit
def scan_rows(
    rows: Rows,
    prices: F64,
    near: float,
    signed: bool,
    chosen: U32,
    first: int,
    last: int,
    answers: Answers,
) -> None:
    """Judge portfolios first..last-1, or, where `chosen` is not empty, `chosen[first..last-1]`."""
    quantity, asset, target, node_start, node_end, node_target, model, absolute, relative = rows
    verdict, deviation, budget = answers
    slots, nodes = quantity.shape[1], node_start.shape[1]
    shared = nodes if node_start.shape[0] == 1 else 0  # classes whose slots are the same in every row
    lines = np.zeros((2, slots + shared), np.int64)
    _line_up(node_start, node_end, slots, lines)
    running = np.zeros((slots + 1, LANES), np.float64)
    targets = np.zeros((slots + nodes, LANES), np.float32)
    place = np.zeros((2, LANES), np.int64)
    money = np.zeros((MONEY_LINES, LANES), np.float64)
    for start in range(first, last, LANES):
        count = min(LANES, last - start)
        _place(chosen, model, start, count, place)
        if chosen.size > 0:
            money[WORST, 0] = _touch(quantity, asset, target, node_target, verdict, budget, place, count)
        _load(quantity, asset, target, prices, place, count, running, targets)
        if not np.isfinite(running[slots, :count].sum()):
            _reload(quantity, asset, target, prices, place, count, running)
        if absolute.size > 1 or relative.size > 1 or start == first:
            _load_bands(absolute, relative, place, count, money)
        _limits(running, money)
        _load_nodes(node_target, slots, place, count, targets)
        _judge(lines, running, targets, money)
        if nodes > shared:
            _judge_own_nodes(node_start, node_end, slots, place, count, running, targets, money)
        if signed:
            _add_gross(running, money)
        _conclude(near, money)
        _answer(signed, place, count, money, verdict, deviation)
        if budget.size > 0:
            _answer_budget(near, signed, place, count, money, verdict, budget)


@jit
def _line_up(node_start: U16, node_end: U16, slots: int, lines: I64) -> None:
    """The running values whose difference is each node's value: the slots, then the shared classes."""
    for line in range(slots):
        lines[0, line], lines[1, line] = line, line + 1
    for line in range(slots, lines.shape[1]):
        lines[0, line] = node_start[0, line - slots]
        lines[1, line] = node_end[0, line - slots]


@jit
def _place(chosen: U32, model: U32, start: int, count: int, place: I64) -> None:
    """Which portfolio stands in each lane, and which row holds its assets and targets."""
    for lane in range(count):
        portfolio = np.int64(chosen[start + lane]) if chosen.size > 0 else start + lane
        place[0, lane] = portfolio
        place[1, lane] = np.int64(model[portfolio]) if model.size > 0 else portfolio


@jit
def _touch(
    quantity: F32,
    asset: U16,
    target: F32,
    node_target: F32,
    verdict: U8,
    budget: F64,
    place: I64,
    count: int,
) -> float:
    """Read a little of every row, one right after the other.

    Portfolios picked here and there come from far memory: asked for together they arrive together,
    many times sooner than one by one. The sum is only there so that nothing is optimised away.
    """
    seen = 0.0
    slots = quantity.shape[1]
    for lane in range(count):
        portfolio, row = place[0, lane], place[1, lane]
        for slot in range(0, slots, TOUCHED):
            seen += np.float64(quantity[portfolio, slot]) + np.float64(target[row, slot])
        for slot in range(0, slots, 2 * TOUCHED):
            seen += np.float64(asset[row, slot])
        if slots > 0:
            seen += np.float64(quantity[portfolio, slots - 1]) + np.float64(target[row, slots - 1])
            seen += np.float64(asset[row, slots - 1])
        if node_target.shape[1] > 0:
            seen += np.float64(node_target[row, 0])
        seen += np.float64(verdict[portfolio])
        if budget.size > 0:
            seen += budget[portfolio]
    return seen


@jit
def _load(
    quantity: F32,
    asset: U16,
    target: F32,
    prices: F64,
    place: I64,
    count: int,
    running: F64,
    lane_target: F32,
) -> None:
    """Lay each portfolio into its lane: running values and targets, slot below slot."""
    for lane in range(count):
        portfolio, row = place[0, lane], place[1, lane]
        whole = 0.0
        for slot in range(quantity.shape[1]):
            whole += np.float64(quantity[portfolio, slot]) * prices[asset[row, slot]]
            running[slot + 1, lane] = whole
            lane_target[slot, lane] = target[row, slot]


@jit
def _reload(
    quantity: F32, asset: U16, target: F32, prices: F64, place: I64, count: int, running: F64
) -> None:
    """Again, when a price is missing: the whole is NaN only if something held or targeted lacks it."""
    for lane in range(count):
        portfolio, row = place[0, lane], place[1, lane]
        whole = 0.0
        for slot in range(quantity.shape[1]):
            if quantity[portfolio, slot] != 0.0 or target[row, slot] != 0.0:
                whole += np.float64(quantity[portfolio, slot]) * prices[asset[row, slot]]
            running[slot + 1, lane] = whole


@jit
def _load_nodes(node_target: F32, slots: int, place: I64, count: int, targets: F32) -> None:
    for node in range(node_target.shape[1]):
        for lane in range(count):
            targets[slots + node, lane] = node_target[place[1, lane], node]


@jit
def _load_bands(absolute: F32, relative: F32, place: I64, count: int, money: F64) -> None:
    """Each lane's bands, as given."""
    for lane in range(count):
        money[WIDTH, lane] = absolute[place[0, lane] if absolute.size > 1 else 0]
    for lane in range(count):
        money[RATIO, lane] = relative[place[0, lane] if relative.size > 1 else 0]


@jit
def _limits(running: F64, money: F64) -> None:
    """The whole of each lane, and the parts of its limit min(absolute, slope * weight + offset), in money."""
    last = running.shape[0] - 1
    for lane in range(LANES):
        whole, width, ratio = running[last, lane], money[WIDTH, lane], money[RATIO, lane]
        money[WHOLE, lane] = whole
        money[ABSOLUTE, lane] = (width if not width > UNLIMITED else UNLIMITED) * whole
        money[SLOPE, lane] = (0.0 if ratio > UNLIMITED else ratio) * whole
        money[OFFSET, lane] = (UNLIMITED if ratio > UNLIMITED else 0.0) * whole
        money[WORST, lane] = NOTHING
        money[LARGEST, lane] = 0.0


@jit
def _judge(lines: I64, running: F64, targets: F32, money: F64) -> None:
    """The largest deviation and the worst excess over a band, of all lines, lane by lane."""
    whole, absolute, slope, offset = money[WHOLE], money[ABSOLUTE], money[SLOPE], money[OFFSET]
    worst, largest = money[WORST], money[LARGEST]
    for line in range(lines.shape[1]):
        begin, end = lines[0, line], lines[1, line]
        for lane in range(LANES):
            weight = np.float64(targets[line, lane])
            value = running[end, lane] - running[begin, lane]
            deviation = abs(value - weight * whole[lane])
            limit = slope[lane] * weight + offset[lane]
            limit = absolute[lane] if absolute[lane] < limit else limit
            excess = deviation - limit if deviation + weight > 0.0 else NOTHING
            worst[lane] = excess if excess > worst[lane] else worst[lane]
            largest[lane] = deviation if deviation > largest[lane] else largest[lane]


@jit
def _judge_own_nodes(
    start: U16, end: U16, slots: int, place: I64, count: int, running: F64, targets: F32, money: F64
) -> None:
    """The same for classes when every portfolio (or model) has its own layout."""
    for lane in range(count):
        row, whole = place[1, lane], money[WHOLE, lane]
        worst, largest = money[WORST, lane], money[LARGEST, lane]
        for node in range(start.shape[1]):
            value = running[np.int64(end[row, node]), lane] - running[np.int64(start[row, node]), lane]
            weight = np.float64(targets[slots + node, lane])
            deviation = abs(value - weight * whole)
            limit = money[SLOPE, lane] * weight + money[OFFSET, lane]
            limit = money[ABSOLUTE, lane] if money[ABSOLUTE, lane] < limit else limit
            excess = deviation - limit if deviation + weight > 0.0 else NOTHING
            worst = excess if excess > worst else worst
            largest = deviation if deviation > largest else largest
        money[WORST, lane], money[LARGEST, lane] = worst, largest


@jit
def _add_gross(running: F64, money: F64) -> None:
    """The sum of absolute values, where quantities may be negative."""
    for lane in range(LANES):
        gross = 0.0
        for slot in range(running.shape[0] - 1):
            gross += abs(running[slot + 1, lane] - running[slot, lane])
        money[GROSS, lane] = gross


@jit
def _conclude(near: float, money: F64) -> None:
    """The verdict of every lane, and its largest deviation as a fraction (NaN without a whole)."""
    for lane in range(LANES):
        whole, worst, width = money[WHOLE, lane], money[WORST, lane], money[WIDTH, lane]
        zone = near * whole
        verdict = 1.0 * OUT if worst > zone else (1.0 * NEAR if worst >= -zone else 1.0 * INSIDE)
        verdict = verdict if width == width else 1.0 * NEAR  # noqa: PLR0124  (false of NaN only)
        verdict = verdict if whole > 0.0 else 1.0 * EMPTY
        money[CODE, lane] = verdict if whole == whole else 1.0 * UNPRICED  # noqa: PLR0124
        money[LARGEST, lane] /= whole if whole > 0.0 else np.nan


@jit
def _answer(signed: bool, place: I64, count: int, money: F64, verdicts: U8, deviations: F32) -> None:
    """Write each lane's verdict and largest deviation."""
    if signed:
        for lane in range(count):
            if money[WHOLE, lane] < CANCELLED * money[GROSS, lane]:
                money[CODE, lane] = NEAR
    for lane in range(count):
        verdicts[place[0, lane]] = np.uint8(money[CODE, lane])
        deviations[place[0, lane]] = money[LARGEST, lane]


@jit
def _answer_budget(
    near: float, signed: bool, place: I64, count: int, money: F64, verdicts: U8, budgets: F64
) -> None:
    """Write the value that the prices may move by, up and down added up, before the verdict can change.

    A move of D moves every deviation by at most D and every limit by at most `limit * D`.
    """
    for lane in range(count):
        whole, portfolio = money[WHOLE, lane], place[0, lane]
        budget = 0.0
        if verdicts[portfolio] <= OUT:
            limit = (money[SLOPE, lane] + money[OFFSET, lane]) / whole
            limit = money[WIDTH, lane] if money[WIDTH, lane] < limit else limit
            budget = (abs(money[WORST, lane]) - near * whole) / (1.0 + limit + near)
            if signed:  # nor may debts come to cancel too much
                room = (whole - CANCELLED * money[GROSS, lane]) / (1.0 + CANCELLED)
                budget = room if room < budget else budget
        budgets[portfolio] = budget


@jit
def count_holders(asset: U16, model: U32, portfolios: int, counts: I64) -> None:
    """Add to `counts[symbol]` the slots that name each symbol, once per portfolio."""
    for portfolio in range(portfolios):
        row = np.int64(model[portfolio]) if model.size > 0 else portfolio
        for slot in range(asset.shape[1]):
            symbol = np.int64(asset[row, slot])
            if symbol < counts.size:
                counts[symbol] += 1


@jit
def fill_holders(
    asset: U16,
    model: U32,
    quantity: F32,
    cursor: I64,
    holders: U32,
    held: F32,
) -> None:
    """Write each symbol's holders in ascending order; `cursor[symbol]` starts at its run and ends past it."""
    for portfolio in range(quantity.shape[0]):
        row = np.int64(model[portfolio]) if model.size > 0 else portfolio
        for slot in range(asset.shape[1]):
            symbol = np.int64(asset[row, slot])
            if symbol < cursor.size:
                place = cursor[symbol]
                holders[place] = portfolio
                held[place] = quantity[portfolio, slot]
                cursor[symbol] = place + 1


@jit
def spend(
    holders: U32, held: F32, begin: int, end: int, change: float, budget: F64, due: U32, due_count: int
) -> int:
    """Take a price move off the budgets of a symbol's holders; append to `due` those that ran out.

    Returns the new length of `due`. A budget below zero means "already in `due`".
    """
    for place in range(begin, end):
        portfolio = np.int64(holders[place])
        before = budget[portfolio]
        after = before - abs(np.float64(held[place]) * change)
        budget[portfolio] = after
        if after < 0.0 and before >= 0.0:
            due[due_count] = portfolio
            due_count += 1
    return due_count


@jit
def spend_all(holders: U32, begin: int, end: int, budget: F64, due: U32, due_count: int) -> int:
    """The same when the price came or went: every holder is due."""
    for place in range(begin, end):
        portfolio = np.int64(holders[place])
        if budget[portfolio] >= 0.0:
            due[due_count] = portfolio
            due_count += 1
        budget[portfolio] = -1.0
    return due_count


@jit
def find_holder(holders: U32, begin: int, sorted_end: int, end: int, portfolio: int) -> int:
    """The place of a portfolio in a run (ascending up to `sorted_end`, then as appended), or -1."""
    low, high = begin, sorted_end
    while low < high:
        middle = (low + high) // 2
        if np.int64(holders[middle]) < portfolio:
            low = middle + 1
        else:
            high = middle
    if low < sorted_end and np.int64(holders[low]) == portfolio:
        return low
    for place in range(sorted_end, end):
        if np.int64(holders[place]) == portfolio:
            return place
    return -1
