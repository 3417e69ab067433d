"""What holds for every reconciliation: any order is the same, twice is once, money does not vanish."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from fiel.income.lifecycle import IncomePolicy
from fiel.income.values import Announcement, IncomeKind, Movement, Receipt, ShareChange, State
from tests.income.building import Wallet
from tests.support.examples import examples

START = date(2026, 1, 5)
ASSETS, ACCOUNTS = ["PETR3", "PETR4", "XPML11"], ["A", "B"]
KINDS = [IncomeKind.DIVIDEND, IncomeKind.JCP, IncomeKind.FII_INCOME]
#: Few different figures, so that amounts and days often meet.
AMOUNTS = [Decimal(text) for text in ("0", "0.50", "1.00", "1.005", "600")]


def days(first: int, last: int) -> st.SearchStrategy[date]:
    """Days counted from the start."""
    return st.integers(first, last).map(lambda count: START + timedelta(days=count))


@st.composite
def announcements(draw: st.DrawFn, event: str) -> Announcement:
    """A payment; its dates may be unknown."""
    com = draw(days(0, 60))
    return Announcement(
        event_id=event,
        asset=draw(st.sampled_from(ASSETS)),
        kind=draw(st.sampled_from(KINDS)),
        per_unit=draw(st.sampled_from(AMOUNTS)),
        com_date=draw(st.sampled_from([com, com, com, None])),
        payment_date=draw(st.one_of(st.none(), days(10, 90), st.just(com + timedelta(days=10)))),
        source="b3",
        decided_on=draw(st.sampled_from([None, date(2025, 12, 1)])),
        deadline=draw(st.booleans()),
    )


MOVEMENTS = st.lists(
    st.builds(
        Movement,
        days(-5, 70),
        st.sampled_from(ACCOUNTS),
        st.sampled_from(ASSETS),
        st.sampled_from([Decimal(q) for q in ("100", "100", "50", "-30")]),
    ),
    max_size=6,
)
CHANGES = st.lists(
    st.builds(ShareChange, st.sampled_from(ASSETS), days(0, 60), st.just(Decimal(2)), st.booleans()),
    max_size=2,
)


@st.composite
def receipts(draw: st.DrawFn, wallet: Wallet) -> list[Receipt]:
    """Money: mostly what the wallet expects, in whole, in part, twice; sometimes something else."""
    due = wallet.at(START + timedelta(days=100)).records
    targets = [(share.account, share.net, one) for one in due for share in one.shares]
    made = []
    for index in range(draw(st.integers(0, 5))):
        is_expected = draw(st.integers(0, 4)) > 0
        if targets and is_expected:
            account, net, one = draw(st.sampled_from(targets))
            amount = draw(st.sampled_from([net, net, net / 2, one.net, one.gross, net + 1])).quantize(
                Decimal("0.01")
            )
            day = (one.payment_date or START) + timedelta(days=draw(st.sampled_from([0, 0, 1, 9, 40])))
            asset, kind = one.asset, draw(st.sampled_from([None, one.kind, IncomeKind.OTHER]))
            record = draw(st.sampled_from(["", "", "", one.record_id]))
        else:
            account, amount, asset = "A", Decimal("50.00"), draw(st.sampled_from(ASSETS))
            day, kind, record = draw(days(0, 100)), None, ""
        made.append(Receipt(f"r-{index}", asset, amount, day, account, kind, record))
    return made


@st.composite
def wallets(draw: st.DrawFn) -> Wallet:
    """A small wallet in which things collide."""
    wallet = Wallet(
        announcements=tuple(draw(announcements(f"e-{i}")) for i in range(draw(st.integers(1, 5)))),
        movements=tuple(draw(MOVEMENTS)),
        changes=tuple(draw(CHANGES)),
        policy=draw(st.sampled_from([IncomePolicy(), IncomePolicy(taxed_funds=frozenset({"XPML11"}))])),
    )
    return replace(wallet, receipts=tuple(draw(receipts(wallet))))


def shuffled(wallet: Wallet, random: Random) -> Wallet:
    """The same wallet, every input in another order, some of it given twice."""
    return replace(
        wallet,
        announcements=tuple(random.sample(wallet.announcements, len(wallet.announcements))) * 2,
        movements=tuple(random.sample(wallet.movements, len(wallet.movements))),
        changes=tuple(random.sample(wallet.changes, len(wallet.changes))),
        receipts=tuple(random.sample(wallet.receipts, len(wallet.receipts))) * 2,
        known=tuple(random.sample(wallet.known, len(wallet.known))),
    )


@given(wallets(), days(0, 140), st.randoms(use_true_random=False))
def test_the_order_of_the_input_is_nothing(wallet: Wallet, today: date, random: Random) -> None:
    """Shuffled, and with announcements and receipts delivered twice: the same answer."""
    assert shuffled(wallet, random).at(today) == wallet.at(today)


@given(wallets(), days(0, 140), st.randoms(use_true_random=False))
def test_a_second_run_finds_the_same(wallet: Wallet, today: date, random: Random) -> None:
    """Fed with its own records, in any order, reconciliation changes nothing: no state, no proposal."""
    once = wallet.at(today)
    assert shuffled(wallet.knowing(once.records), random).at(today) == once


@dataclass(frozen=True)
class Later:
    """What a source may do between two runs."""

    per_unit: Decimal
    is_forgotten: bool


@given(
    wallets(),
    days(0, 100),
    st.integers(0, 60),
    st.lists(st.builds(Later, st.sampled_from(AMOUNTS), st.booleans()), min_size=5, max_size=5),
    st.randoms(use_true_random=False),
)
def test_corrections_settle_in_one_run(
    wallet: Wallet, today: date, more: int, later: list[Later], random: Random
) -> None:
    """After sources changed and forgot things, the second of two equal runs changes nothing either."""
    pairs = zip(wallet.announcements, later, strict=False)
    told = tuple(replace(one, per_unit=new.per_unit) for one, new in pairs if not new.is_forgotten)
    changed = wallet.after(today, announcements=told)
    day = today + timedelta(days=more)
    once = changed.at(day)
    assert shuffled(changed.knowing(once.records), random).at(day) == once


@given(wallets(), days(0, 100), st.integers(0, 90))
def test_received_stays_received(wallet: Wallet, today: date, more: int) -> None:
    """As days pass nothing goes back from received; it does when the money is taken out of the book."""
    now = wallet.at(today).records
    later = {one.event_id: one for one in wallet.knowing(now).at(today + timedelta(days=more)).records}
    settled = [one for one in now if one.state is State.RECEIVED and one.com_date is not None]
    # Before the com date the units that count are today's, and money can only have been named for it.
    for one in settled:
        if one.com_date is not None and one.com_date < today:
            assert later[one.event_id].state is State.RECEIVED
    without = replace(wallet, receipts=()).knowing(now).at(today)
    assert all(one.state is not State.RECEIVED for one in without.records)


@given(wallets(), days(0, 140))
def test_every_receipt_is_somewhere_once(wallet: Wallet, today: date) -> None:
    """In one record or among the unmatched, and records sum their shares and receipts to the cent."""
    result = wallet.at(today)
    in_records = [id_ for one in result.records for id_ in one.receipts]
    left = [one.receipt.receipt_id for one in result.unmatched]
    assert sorted(in_records + left) == sorted(one.receipt_id for one in wallet.receipts)
    amounts = {one.receipt_id: one.amount for one in wallet.receipts}
    for one in result.records:
        assert one.gross == sum(share.gross for share in one.shares)
        assert one.net == sum(share.net for share in one.shares) == one.gross - one.withheld
        assert one.received == (sum(amounts[id_] for id_ in one.receipts) if one.receipts else None)


@given(wallets(), days(0, 140))
def test_proposals_name_records_and_are_unique(wallet: Wallet, today: date) -> None:
    """Every proposal is about a record that is shown, and no two have one id."""
    result = wallet.at(today)
    ids = [one.proposal_id for one in result.proposals]
    assert len(set(ids)) == len(ids)
    assert {one.record_id for one in result.proposals} <= {one.record_id for one in result.records}


@settings(max_examples=examples(50))
@given(wallets(), wallets(), days(60, 140), st.integers(0, 40), st.integers(0, 7))
def test_the_short_way_is_the_long_way(
    wallet: Wallet, other: Wallet, today: date, more: int, changed: int
) -> None:
    """A settled record is what the long way would make of it, whatever changed since."""
    later = replace(
        wallet,
        announcements=other.announcements if changed == 1 else wallet.announcements,
        movements=other.movements if changed == 2 else wallet.movements,
        changes=other.changes if changed == 3 else wallet.changes,
        receipts=other.receipts if changed == 4 else wallet.receipts,
        policy=other.policy if changed == 5 else wallet.policy,
    )
    known = wallet.at(today).records
    if changed == 6 and wallet.receipts and known:
        named = replace(wallet.receipts[0], record_id=known[-1].record_id)
        later = replace(later, receipts=(named, *wallet.receipts[1:]))
    day = today + timedelta(days=more)
    # A reason beside that of its state sends a record the long way, which does not keep it.
    unsettled = [replace(one, reasons=(*one.reasons, "looked_at")) for one in known]
    assert later.knowing(known).at(day) == later.knowing(unsettled).at(day)
