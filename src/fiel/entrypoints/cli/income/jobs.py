"""`fiel income jobs`: how far the day is, which wallets could not be done, and another try for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from fiel.copilot.plan_view.view import printable
from fiel.entrypoints.answers.values import moment_text
from fiel.entrypoints.cli.answers import JsonOption, LimitOption, write_json
from fiel.entrypoints.cli.income.opening import opened_income
from fiel.entrypoints.cli.screen import LangOption, words_of, write_out
from fiel.entrypoints.cli.surroundings import DatabaseOption
from fiel.entrypoints.words.income import JOBS_EXAMPLES
from fiel.entrypoints.words.notes import note
from fiel.kernel.errors import InvalidInput

if TYPE_CHECKING:
    from fiel.copilot.income.desk import DayProgress
    from fiel.infra.jobs.port import DeadLetter

IdsArgument = Annotated[
    list[str] | None, typer.Argument(metavar="JOB...", help="The jobs, as `jobs status` names them.")
]
AllOption = Annotated[bool, typer.Option("--all", help="Every job that nobody could do.")]


def register(group: typer.Typer) -> None:
    """Add the commands to the group."""
    inner = typer.Typer(name="jobs", invoke_without_command=True, callback=_jobs, epilog=JOBS_EXAMPLES)
    inner.command("status")(status)
    inner.command("retry")(retry)
    inner.command("discard")(discard)
    group.add_typer(inner)


def _jobs(context: typer.Context) -> None:
    """The daily jobs, one per wallet: how far they are, and those that nobody could do."""
    if context.invoked_subcommand is None:
        write_out(context.get_help())


def status(
    *,
    limit: LimitOption = 20,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Show how many wallets today's jobs have done, what waits, and what nobody could do, with the reason."""
    from fiel.copilot.income.jobs import KIND

    words = words_of(lang)
    with opened_income(database) as opened:
        progress = opened.desk.progress(limit)
        waiting = opened.jobs.depth(KIND)
        dead = opened.jobs.dead_letters.list(KIND, limit=limit)
    if as_json:
        write_json(_record(progress, waiting, list(dead)))
        return
    day = progress.day.isoformat()
    write_out(note("income_jobs_day", words, day=day, done=progress.done, of=progress.visited))
    write_out(note("income_jobs_waiting", words, n=waiting))
    for each in progress.lagging:
        last = "-" if each.done_day is None else each.done_day.isoformat()
        write_out(note("income_jobs_lagging", words, wallet=printable(each.wallet), day=last))
    for letter in dead:
        why = f"{letter.reason}: {printable(letter.detail)}" if letter.detail else letter.reason
        write_out(
            note("income_jobs_dead", words, id=printable(letter.job.id), tries=letter.job.attempt, why=why)
        )
    if not dead:
        write_out(note("income_jobs_none_dead", words))


def retry(
    job_ids: IdsArgument = None,
    *,
    everything: AllOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Hand jobs out again that nobody could do, after what stood in their way was put right."""
    words = words_of(lang)
    with opened_income(database) as opened:
        for job_id in _wanted(opened.jobs, job_ids, everything=everything):
            opened.jobs.dead_letters.replay(_kind(), job_id)
            write_out(note("income_jobs_again", words, id=printable(job_id)))


def discard(
    job_ids: IdsArgument = None,
    *,
    everything: AllOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Throw jobs away that nobody could do. The next day's job does that wallet's work too."""
    words = words_of(lang)
    with opened_income(database) as opened:
        for job_id in _wanted(opened.jobs, job_ids, everything=everything):
            opened.jobs.dead_letters.discard(_kind(), job_id)
            write_out(note("income_jobs_gone", words, id=printable(job_id)))


def _kind() -> str:
    from fiel.copilot.income.jobs import KIND

    return KIND


def _wanted(jobs: Any, job_ids: list[str] | None, *, everything: bool) -> list[str]:
    if bool(job_ids) == everything:
        raise InvalidInput("jobs_unnamed", "name jobs, or give --all", field="JOB")
    if job_ids:
        return job_ids
    return [letter.job.id for letter in jobs.dead_letters.list(_kind(), limit=1000)]


def _record(progress: DayProgress, waiting: int, dead: list[DeadLetter]) -> dict[str, Any]:
    return {
        "day": progress.day.isoformat(),
        "wallets": progress.visited,
        "done": progress.done,
        "waiting": waiting,
        "lagging": [
            {
                "wallet": each.wallet,
                "doneDay": None if each.done_day is None else each.done_day.isoformat(),
                "doneAt": moment_text(each.done_at),
            }
            for each in progress.lagging
        ],
        "dead": [
            {
                "id": letter.job.id,
                "reason": letter.reason,
                "detail": letter.detail,
                "attempts": letter.job.attempt,
                "diedAt": moment_text(letter.died_at),
            }
            for letter in dead
        ],
    }
