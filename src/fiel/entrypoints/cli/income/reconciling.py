"""`fiel income reconcile` and `accept`: what was expected against what came, and booking what is right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from fiel.copilot.plan_view.view import printable
from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.answers.income import reconciled_record
from fiel.entrypoints.cli.answers import JsonOption, write_json
from fiel.entrypoints.cli.income.opening import (
    OfflineOption,
    RenewOption,
    UserOption,
    fetch_unknown,
    opened_income,
    user_of,
)
from fiel.entrypoints.cli.screen import LangOption, words_of, write_out
from fiel.entrypoints.cli.surroundings import DatabaseOption
from fiel.entrypoints.words.income import RECONCILE_EXAMPLES
from fiel.entrypoints.words.income_reasons import reasons_text
from fiel.entrypoints.words.notes import note
from fiel.kernel.errors import InvalidInput

if TYPE_CHECKING:
    from fiel.copilot.income.accepting import Accepted
    from fiel.income.matching import Unmatched
    from fiel.income.values import IncomeRecord, Proposal

ProposalsArgument = Annotated[
    list[str] | None, typer.Argument(metavar="PROPOSAL...", help="The proposals, as `reconcile` names them.")
]
AllOption = Annotated[bool, typer.Option("--all", help="Every open proposal.")]
DryOption = Annotated[bool, typer.Option("--dry-run", help="Only look: nothing is written.")]


def register(group: typer.Typer) -> None:
    """Add the commands to the group."""
    group.command("reconcile", epilog=RECONCILE_EXAMPLES)(reconcile)
    group.command("accept", epilog="Example: fiel income accept --all --user ana")(accept)
    group.command("zone", epilog="Example: fiel income zone America/Manaus --user ana")(zone)


def reconcile(
    *,
    user: UserOption = None,
    dry_run: DryOption = False,
    renew: RenewOption = False,
    offline: OfflineOption = False,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Hold what was announced against what was held and what came, and keep the records.

    Again and again it changes nothing more. Lists what is new or other, bookings to accept, and money that
    belongs to nothing.
    """
    words = words_of(lang)
    with opened_income(database) as opened:
        wallet = user_of(opened, user)
        fetch_unknown(opened, wallet, words, renew=renew, offline=offline, database=database)
        done = opened.desk.look(wallet) if dry_run else opened.desk.reconcile_now(wallet)
    if as_json:
        write_json(reconciled_record(done))
        return
    found = done.reconciliation
    counts = {"n": len(found.records), "changed": len(done.changed)}
    write_out(note("income_reconciled", words, wallet=printable(wallet), day=done.day, **counts))
    for record in done.changed:
        write_out(_record_line(record, words))
    for proposal in found.proposals:
        write_out(_proposal_line(proposal, words))
    for each in found.unmatched:
        write_out(_unmatched_line(each, words))


def accept(
    proposals: ProposalsArgument = None,
    *,
    everything: AllOption = False,
    user: UserOption = None,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Book what a reconciliation proposes: money that came, a receipt that belongs, a difference.

    A proposal that was accepted is not there any more: exit code 4.
    """
    from fiel.copilot.income.accepting import accept as accept_proposals

    words = words_of(lang)
    if bool(proposals) == everything:
        raise InvalidInput("proposals_unnamed", "name proposals, or give --all", field="PROPOSAL")
    with opened_income(database) as opened:
        wallet = user_of(opened, user)
        done = accept_proposals(opened.desk, opened.custody, wallet, proposals)
    if as_json:
        write_json([_accepted(each) for each in done])
        return
    for each in done:
        state = "-" if each.record is None else note(f"income_state_{each.record.state.value}", words)
        amount = words.money(each.proposal.amount, each.proposal.currency)
        told = {"asset": printable(each.proposal.asset), "day": each.proposal.day}
        write_out(note("income_accepted", words, **told, amount=amount, state=state))
    if not done:
        write_out(note("income_nothing_to_accept", words))


def _accepted(done: Accepted) -> dict[str, str | None]:
    return {
        "proposalId": done.proposal.proposal_id,
        "recordId": done.proposal.record_id,
        "state": None if done.record is None else done.record.state.value,
    }


def zone(
    name: Annotated[str, typer.Argument(metavar="ZONE", help="America/Sao_Paulo, America/Manaus, UTC...")],
    *,
    user: UserOption = None,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Say in which time zone the wallet's days begin."""
    words = words_of(lang)
    with opened_income(database) as opened:
        wallet = user_of(opened, user)
        opened.desk.set_zone(wallet, name)
    write_out(note("income_zone_set", words, wallet=printable(wallet), zone=name))


def _record_line(record: IncomeRecord, words: Words) -> str:
    day = "-" if record.payment_date is None else record.payment_date.isoformat()
    kind = note(f"income_kind_{record.kind.value}", words)
    state = note(f"income_state_{record.state.value}", words)
    net = words.money(record.net, record.currency)
    why = reasons_text(record.reasons, words)
    return printable(f"  {day}  {record.asset}  {kind}  {net}  {state}: {why}")


def _proposal_line(proposal: Proposal, words: Words) -> str:
    kind = note(f"income_proposal_{proposal.kind.value}", words)
    amount = words.money(proposal.amount, proposal.currency)
    why = reasons_text(proposal.reasons, words)
    return printable(f"  {proposal.proposal_id}  {kind}  {proposal.day}  {proposal.asset}  {amount}: {why}")


def _unmatched_line(each: Unmatched, words: Words) -> str:
    receipt = each.receipt
    amount = words.money(receipt.amount, receipt.currency)
    told = f"{receipt.day}  {receipt.asset}  {amount}: {reasons_text(each.reasons, words)}"
    return printable(f"  {note('income_unmatched_line', words)}  {receipt.receipt_id}  {told}")
