"""The targets of a wallet on the page: what the editor begins with, its draft, and how it is saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from fiel.copilot.own_plan.desk import OwnPlanDesk
from fiel.copilot.own_plan.first_targets import held_text
from fiel.copilot.own_plan.kinds import book_asset
from fiel.copilot.own_plan.owned import Seen
from fiel.copilot.own_plan.prices import with_kept_prices
from fiel.copilot.own_plan.rewriting import rewritten
from fiel.copilot.own_plan.tree import target_tree
from fiel.copilot.papers import DRAFT_ID, TARGETS_DRAFT, PaperDesk
from fiel.copilot.plan_view.words import Lang
from fiel.custody.ports import PriceSource
from fiel.entrypoints.web.views.targets_edit import Checked, Editing, draft_text, editing_of, read_draft
from fiel.infra.storage.database import Database
from fiel.kernel.errors import InvalidInput, Refused
from fiel.portfolio.targets import TargetNode

NAME = "alvos"


@dataclass(frozen=True, slots=True)
class Start:
    """What the editor works on. `text` is what holds (`is_saved`), or what the wallet suggests; `tree` is
    `None` where the editor cannot read it, `problem` says why."""

    seen: Seen
    text: str
    is_saved: bool
    saved_at: datetime | None
    tree: TargetNode | None
    problem: InvalidInput | None


def start_of(desk: OwnPlanDesk, prices: PriceSource, wallet: str, today: date, lang: Lang) -> Start:
    """The saved targets, or the wallet of today as targets. Raises `Unavailable`, `Corrupt`."""
    saved, seen = desk.saved(wallet), desk.look(wallet)
    text = saved.body if saved is not None else held_text(desk, prices, seen, today, lang).text
    tree, problem = None, None
    try:
        tree = desk.read(seen, text, name=NAME).portfolio.targets
    except InvalidInput as error:
        problem = error
    return Start(seen, text, saved is not None, None if saved is None else saved.changed_at, tree, problem)


def actual_shares(
    desk: OwnPlanDesk, prices: PriceSource, start: Start, today: date
) -> Mapping[str, Decimal | None]:
    """What there is of each node now, a fraction of the whole; empty where it cannot be known."""
    try:
        targets = desk.read(start.seen, start.text, name=NAME)
        portfolio = with_kept_prices(desk.portfolio(start.seen, targets, today).portfolio, prices)
    except (InvalidInput, Refused):
        return {}
    return {row.id: row.actual for row in target_tree(portfolio).rows}


def keep_draft(database: Database, wallet: str, editing: Editing, at: datetime) -> None:
    """Keep what is being edited, in the place of the draft before."""
    PaperDesk(database, TARGETS_DRAFT).keep(wallet, DRAFT_ID, draft_text(editing), at)


def draft_of(database: Database, wallet: str) -> tuple[Editing, datetime] | None:
    """What was being edited, and when it was touched last."""
    paper = PaperDesk(database, TARGETS_DRAFT).named(wallet, DRAFT_ID)
    editing = None if paper is None else read_draft(paper.body)
    return None if paper is None or editing is None else (editing, paper.changed_at)


def forget_draft(database: Database, wallet: str) -> None:
    """It was saved, or is not wanted."""
    PaperDesk(database, TARGETS_DRAFT).forget(wallet, DRAFT_ID)


def save_tree(desk: OwnPlanDesk, wallet: str, start: Start, checked: Checked) -> bool:
    """Save a sound tree; whether the text kept all of its comments.

    Raises `InvalidInput`: what the text of the tree still lacks, targets_not_rewritable.
    """
    if checked.tree is None:
        raise InvalidInput("weights_not_100", "the classes do not add up yet", field="targets")
    kinds = {row.asset: row.kind for row in checked.editing.rows if row.kind}
    held = start.seen.assets | {book_asset(name) for name in start.seen.assets}

    def reads(text: str) -> TargetNode:
        return desk.read(start.seen, text, name=NAME).portfolio.targets

    done = rewritten(start.text, checked.tree, kinds, reads, held=held)
    desk.save(wallet, done.text)
    forget_draft(desk.database, wallet)
    return done.in_place


def save_text(desk: OwnPlanDesk, wallet: str, text: str) -> None:
    """Save a text as a person wrote it. Raises `InvalidInput`, each problem with its line."""
    text = text.replace("\r\n", "\n")
    desk.read(desk.look(wallet), text, name=NAME)
    desk.save(wallet, text)
    forget_draft(desk.database, wallet)


def beginning(start: Start, base: str) -> Editing | None:
    """The rows that the editor shows without a draft; `None` where it cannot."""
    return None if start.tree is None else editing_of(start.tree, base)
