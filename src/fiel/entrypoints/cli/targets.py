"""`fiel targets`: what a wallet of the book should look like; edited, shown, or taken from a file."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from fiel.copilot.plan_view.view import printable
from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.answers.targets import price_sources, targets_record
from fiel.entrypoints.answers.values import moment_text
from fiel.entrypoints.cli.answers import JsonOption, day_words, write_json
from fiel.entrypoints.cli.exits import Exit
from fiel.entrypoints.cli.failures import show_failure, show_note
from fiel.entrypoints.cli.own_plan import show_unused
from fiel.entrypoints.cli.screen import LangOption, screen, show, words_of, write_out
from fiel.entrypoints.cli.surroundings import DatabaseOption, settings_here
from fiel.entrypoints.cli.tax.options import CategoryOption, UserOption
from fiel.entrypoints.words.notes import note
from fiel.entrypoints.words.targets import EDIT_EXAMPLES, SET_EXAMPLES, SHOW_EXAMPLES, TARGETS_EXAMPLES
from fiel.kernel.errors import InvalidInput, Unavailable
from fiel.kernel.rounding import round_half_up

if TYPE_CHECKING:
    from fiel.copilot.own_plan.desk import OwnPlanDesk
    from fiel.copilot.own_plan.editing import Editor
    from fiel.copilot.own_plan.owned import Seen
    from fiel.copilot.own_plan.targets_text import Targets
    from fiel.copilot.own_plan.tree import TargetRow, TargetTree
    from fiel.copilot.portfolio import Portfolio
    from fiel.custody.ports import PriceSource

#: The first that is set is the editor.
EDITORS = ("VISUAL", "EDITOR")

FileArgument = Annotated[Path, typer.Argument(help="The file with the targets (TOML).")]
TomlOption = Annotated[
    bool,
    typer.Option(
        "--toml",
        help="The text itself, to keep or to edit elsewhere; without targets yet, one to begin with.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add the group to the program."""
    group = typer.Typer(
        name="targets", invoke_without_command=True, callback=_targets, epilog=TARGETS_EXAMPLES
    )
    group.command("edit", epilog=EDIT_EXAMPLES)(edit)
    group.command("show", epilog=SHOW_EXAMPLES)(show_targets)
    group.command("set", epilog=SET_EXAMPLES)(set_targets)
    app.add_typer(group)


def _targets(context: typer.Context) -> None:
    """The targets of a wallet of the book: what `fiel plan` without a file brings it back to."""
    if context.invoked_subcommand is None:
        write_out(context.get_help())


def edit(
    *,
    user: UserOption = None,
    category: CategoryOption = None,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Edit the targets in your editor; they are checked before they are kept, and nothing is lost.

    Without targets yet, the text begins with what the book holds. The editor is VISUAL or EDITOR.
    """
    from fiel.copilot.own_plan.editing import edit_until_sound

    words = words_of(lang)
    editor = editor_of(os.environ)
    with _desk(database, category) as (desk, prices):
        wallet = desk.wallet(user)
        saved, seen = desk.saved(wallet), desk.look(wallet)
        text = _beginning(desk, prices, seen, words) if saved is None else saved.body
        file = _draft(f"{note('targets_file', words)}.toml")

        def check(edited: str) -> None:
            desk.read(seen, edited, name=str(file))

        def again(problem: InvalidInput) -> bool:
            show_failure(problem, words)
            return sys.stdin.isatty() and typer.confirm(note("targets_again", words), default=True, err=True)

        done = edit_until_sound(file, text, editor, check, again)
        if done.problem is not None:
            show_note(note("targets_not_saved", words, file=file))
            raise typer.Exit(Exit.INVALID)
        if not done.changed:
            _tell_unchanged(file, words, is_new=saved is None)
            return
        targets = desk.read(seen, done.text, name=str(file))
        desk.save(wallet, done.text)
    _forget(file)
    _tell_saved(targets, wallet, words)


def set_targets(
    file: FileArgument,
    *,
    user: UserOption = None,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Take the targets of a file: checked whole, and kept in the place of those before.

    It is a portfolio file; quantities, cash and the month's tax in it are not used: the book says them.
    """
    from fiel.copilot.files.portfolio_file import BYTES_MAX
    from fiel.copilot.files.source import read_text

    words = words_of(lang)
    text = read_text(file, bytes_max=BYTES_MAX)
    with _desk(database) as (desk, _):
        wallet = desk.wallet(user)
        targets = desk.read(desk.look(wallet), text, name=str(file))
        desk.save(wallet, text)
    _tell_saved(targets, wallet, words)


def show_targets(
    *,
    as_toml: TomlOption = False,
    as_json: JsonOption = False,
    user: UserOption = None,
    category: CategoryOption = None,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Show the targets, and what there is of each now, at the last prices that are kept.

    Weights are percent of the whole; values are in reais (R$).
    """
    from fiel.copilot.own_plan.prices import with_kept_prices
    from fiel.copilot.own_plan.tree import target_tree
    from fiel.entrypoints.cli.bond.reading import today_here

    words, today = words_of(lang), today_here()
    if as_toml and as_json:
        raise InvalidInput("formats_several", "give --json or --toml, not both")
    with _desk(database, category) as (desk, prices):
        wallet = desk.wallet(user)
        if as_toml:
            saved = desk.saved(wallet)
            seen = desk.look(wallet)
            write_out(_beginning(desk, prices, seen, words) if saved is None else saved.body)
            return
        saved, seen = desk.required(wallet), desk.look(wallet)
        targets = desk.read(seen, saved.body, name=note("targets_name", words, wallet=wallet))
        found = desk.portfolio(seen, targets, today)
        portfolio = with_kept_prices(found.portfolio, prices)
    tree = target_tree(portfolio)
    if as_json:
        of_text = {"userId": wallet, "changedAt": moment_text(saved.changed_at)}
        write_json(of_text | targets_record(tree, portfolio, today.isoformat()))
        return
    write_out(note("targets_of", words, wallet=printable(wallet), at=words.moment(saved.changed_at)))
    show(screen(), Text(), _table(tree, words), Text())
    _show_whole(tree, portfolio, day_words(today, words), words)
    show_unused(targets, words)


def _draft(name: str) -> Path:
    """A file of this edit alone, where the user's data is: a folder for temporary files may be emptied.

    Raises `InvalidInput` (file_not_writable).
    """
    folder = settings_here().data_folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix="targets-", dir=folder)) / name
    except OSError as error:
        reason = error.strerror or "it cannot be written"
        raise InvalidInput(
            "file_not_writable", f"{folder} cannot be written: {reason}", field=str(folder)
        ) from None


@contextmanager
def _desk(
    database: str | None, categories: Sequence[str] | None = None
) -> Iterator[tuple[OwnPlanDesk, PriceSource]]:
    from fiel.bootstrap import open_custody, open_prices
    from fiel.copilot.own_plan.desk import OwnPlanDesk
    from fiel.copilot.taxes.told import read_told
    from fiel.infra.system import SystemClock

    told = read_told(categories or ())
    settings = settings_here()
    with open_custody(settings, database) as opened:
        prices = open_prices(settings.outside, opened.database)
        try:
            yield OwnPlanDesk(opened.database, SystemClock(), told), prices.source
        finally:
            prices.close()


def editor_of(environment: Mapping[str, str]) -> Editor:
    """The editor of VISUAL or EDITOR. Raises `InvalidInput` (editor_missing) when neither is set."""
    command = next((text for name in EDITORS if (text := environment.get(name, "").strip())), "")
    if not command:
        raise InvalidInput(
            "editor_missing",
            "no editor is set; run for example `EDITOR=nano fiel targets edit`, or write the text with "
            "`fiel targets show --toml > targets.toml`, edit it, and run `fiel targets set targets.toml`",
            field="EDITOR",
        )
    words = [command] if Path(command).exists() else shlex.split(command, posix=os.name != "nt")

    def run(file: Path) -> None:
        try:
            # The person names the program, as they do for every other tool that edits.
            status = subprocess.run([*words, str(file)], check=False).returncode  # noqa: S603
        except OSError:
            status = -1
        if status:
            raise Unavailable(
                "editor_failed",
                f"the editor {command} did not end well; see VISUAL or EDITOR. Your text is in {file}",
                field="EDITOR",
                details={"editor": command, "file": str(file)},
            )

    return run


def _beginning(desk: OwnPlanDesk, prices: PriceSource, seen: Seen, words: Words) -> str:
    """The text for a wallet that has no targets: what it holds, at today's weights where prices are known."""
    from fiel.copilot.own_plan.first_targets import held_text
    from fiel.entrypoints.cli.bond.reading import today_here

    return held_text(desk, prices, seen, today_here(), words.lang).text


def _tell_unchanged(file: Path, words: Words, *, is_new: bool) -> None:
    if is_new:
        show_note(note("targets_template_left", words, file=file))
        return
    _forget(file)
    show_note(note("targets_unchanged", words))


def _tell_saved(targets: Targets, wallet: str, words: Words) -> None:
    nodes = sum(1 for _ in targets.portfolio.targets.walk()) - 1
    named = {"wallet": printable(wallet), "assets": len(targets.portfolio.assets), "nodes": nodes}
    write_out(note("targets_saved", words, **named))
    show_unused(targets, words)


def _forget(file: Path) -> None:
    """What was kept in the book needs no copy beside it."""
    file.unlink(missing_ok=True)
    if not any(file.parent.iterdir()):
        file.parent.rmdir()


def _table(tree: TargetTree, words: Words) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(note("targets_class", words))
    for title in ("targets_weight", "targets_target", "targets_actual", "targets_value"):
        table.add_column(note(title, words), justify="right")
    for row in tree.rows:
        table.add_row(*_cells(row, words), style="" if row.asset or row.is_cash else "bold")
    return table


def _cells(row: TargetRow, words: Words) -> tuple[str, ...]:
    return (
        f"{'  ' * row.depth}{printable(row.label)}",
        words.decimals(row.weight, 2),
        words.decimals(round_half_up(row.target * 100, 2), 2),
        "?" if row.actual is None else words.decimals(round_half_up(row.actual * 100, 2), 2),
        "?" if row.value is None else words.amount(round_half_up(row.value, 2)),
    )


def _show_whole(tree: TargetTree, portfolio: Portfolio, day: str, words: Words) -> None:
    if tree.whole is not None:
        has_cash = any(row.is_cash for row in tree.rows)
        cash = note("targets_with_cash", words, cash=words.money(portfolio.cash)) if has_cash else ""
        whole = words.money(round_half_up(tree.whole, 2))
        write_out(note("targets_whole", words, whole=whole, day=day, cash=cash))
    for (source, at), names in price_sources(portfolio).items():
        told = {"source": source or note("targets_no_source", words), "at": at or ""}
        told["at"] = words.moment(at) if at else note("targets_no_time", words)
        assets = printable(", ".join(names))
        write_out(
            note("targets_priced", words, source=printable(str(told["source"])), at=told["at"], assets=assets)
        )
    if tree.missing:
        show_note(note("targets_unpriced", words, assets=printable(", ".join(tree.missing))), "yellow")
