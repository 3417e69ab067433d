"""The import contracts: kept here, and each of them bites on a small tree that breaks it."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tidy.rules.sources import repository

ROOT = repository()
#: Where nothing from outside may come in, once it exists: rooms, and the pure parts of other rooms.
PURE = (
    "kernel", "fixed_income", "portfolio", "tax", "rebalancing", "income", "performance",
    "custody.accounts", "custody.events", "custody.order_events", "custody.ledger",
    "custody.reservations", "market.sanitizer", "market.catalogue", "market.corporate_actions",
    "market.judgement", "market.symbols", "market.values", "market.verdicts", "market.windows",
    "autobalance.triggers", "autobalance.saga",
)  # fmt: skip
STACK = "Rooms are stacked"
PURITY = "Pure rooms touch nothing outside"
SQL = "SQL lives in stores"
CUSTODY_TABLES = "Custody's tables are custody's"
MARKET_TABLES = "The market's tables are the market's"
COPILOT_TABLES = "The copilot's tables are the copilot's"
BALANCER_TABLES = "The auto-balancer's tables are the auto-balancer's"
INFRA_TABLES = "Infra's tables are infra's"
#: One violation each, added to the skeleton: the module, what it imports, the contract that must name it.
VIOLATIONS = [
    ("kernel.money", "fiel.portfolio.lots", STACK),
    ("market.feed", "fiel.custody.journal", STACK),
    ("copilot.buying", "fiel.settings", STACK),
    ("kernel.clock", "time", PURITY),
    ("portfolio.shapes", "pydantic", PURITY),
    ("rebalancing.trace", "logging", PURITY),
    ("portfolio.sums", "numpy", "Arrays and compilers live in the engine only"),
    ("rebalancing.solve", "highspy", "Solvers are oracles of the tests, never of the product"),
    ("copilot.table", "typer", "Only the doors know commands or HTTP"),
    ("custody.service", "sqlalchemy", SQL),
    ("custody.ordering", "sqlalchemy", SQL),
    ("copilot.history", "sqlite3", SQL),
    ("custody.store.wire", "psycopg", SQL),
    ("entrypoints.report", "sqlalchemy", SQL),
    ("copilot.peeking", "fiel.custody.store", CUSTODY_TABLES),
    ("copilot.reading", "fiel.custody.store.rows", CUSTODY_TABLES),
    ("entrypoints.dump", "fiel.custody.tables", CUSTODY_TABLES),
    ("copilot.quoting", "fiel.market.store", MARKET_TABLES),
    ("entrypoints.prices", "fiel.market.store.desk", MARKET_TABLES),
    ("copilot.rating", "fiel.market.tables", MARKET_TABLES),
    ("autobalance.looking", "fiel.copilot.store", COPILOT_TABLES),
    ("entrypoints.listing", "fiel.copilot.tables", COPILOT_TABLES),
    ("settings.balancing", "fiel.autobalance.store", BALANCER_TABLES),
    ("entrypoints.batches", "fiel.autobalance.store.sagas", BALANCER_TABLES),
    ("entrypoints.enrolled", "fiel.autobalance.tables", BALANCER_TABLES),
    ("custody.outgoing", "fiel.infra.storage.tables", INFRA_TABLES),
    ("infra.bus", "fiel.portfolio.lots", "Infra knows no finance beyond the kernel"),
]
SKELETON = {
    "entrypoints/cli.py": "import fiel.copilot.answers\nimport rich\n",
    "copilot/answers.py": "import fiel.rebalancing.engine\n",
    "copilot/b.py": "import fiel.copilot.a\n",
    "copilot/a.py": "",
    "settings.py": "",
    "custody/journal.py": "import fiel.portfolio.lots\n",
    "custody/tables.py": "import sqlalchemy\nimport fiel.infra.storage.engines\n",
    "custody/store/__init__.py": "import sqlalchemy\n",
    "custody/store/rows.py": "import sqlalchemy\nimport fiel.custody.tables\n",
    "custody/queries.py": "import sqlalchemy\nimport fiel.custody.store.rows\n",
    "custody/service.py": "import asyncio\nimport fiel.custody.store\nimport fiel.custody.ledger\n",
    "market/quotes.py": "",
    "market/tables.py": "import sqlalchemy\n",
    "market/store/__init__.py": "import sqlalchemy\nimport fiel.market.tables\n",
    "market/store/desk.py": "import sqlalchemy\n",
    "copilot/tables.py": "import sqlalchemy\n",
    "copilot/store/__init__.py": "import sqlalchemy\nimport fiel.copilot.tables\n",
    "autobalance/tables.py": "import sqlalchemy\n",
    "autobalance/store/__init__.py": "import sqlalchemy\nimport fiel.autobalance.tables\n",
    "autobalance/store/sagas.py": "import sqlalchemy\n",
    "infra/access/store.py": "import sqlalchemy\n",
    "infra/access/tables.py": "import sqlalchemy\n",
    "infra/storage/engines.py": "import psycopg\nimport sqlite3\nimport alembic\n",
    "infra/storage/tables.py": "import sqlalchemy\n",
    "infra/storage/outbox.py": "import fiel.infra.storage.tables\n",
    "rebalancing/engine.py": "import numba\nimport fiel.portfolio.lots\n",
    "portfolio/lots.py": "import decimal\nimport fiel.kernel.errors\n",
    "kernel/errors.py": "",
}


def _contracts() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter", encoding="utf-8")
    return parser


def _pure() -> list[str]:
    """What the contract of purity names, without `fiel.`: import-linter wants all of it to exist."""
    named = _contracts()["importlinter:contract:pure"]["source_modules"].split()
    return [name.removeprefix("fiel.") for name in named]


#: Each pure room and module gets a part that tells the time.
UNCLEAN = [(f"{name}.unclean", "time", PURITY) for name in _pure()]


def _write(tree: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = tree / "fiel" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for name in _pure():
        _package(tree / "fiel" / name.replace(".", "/"))
    for folder in [path for path in (tree / "fiel").rglob("*") if path.is_dir()]:
        _package(folder)
    _package(tree / "fiel")


def _package(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "__init__.py").touch()


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the contracts on the package `fiel` found in `folder`."""
    return subprocess.run(
        [_command("lint-imports"), "--no-logo", "--no-cache", "--config", str(ROOT / ".importlinter")],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def _command(name: str) -> str:
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    assert found, f"{name} is not installed"
    return found


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What import-linter says, by contract, of the skeleton with every violation in it."""
    tree = tmp_path_factory.mktemp("broken")
    _write(tree, SKELETON | {_file(module): f"import {name}\n" for module, name, _ in VIOLATIONS + UNCLEAN})
    _write(tree, {"stuff/__init__.py": "", "copilot/a.py": "import fiel.copilot.b\n"})
    result = _lint(tree)
    assert result.returncode == 1
    report = result.stdout.partition("Broken contracts")[2]
    sections = re.split(r"^(.+)\n-+\n", report, flags=re.MULTILINE)
    return dict(zip(sections[1::2], sections[2::2], strict=True))


def _file(module: str) -> str:
    return f"{module.replace('.', '/')}.py"


def test_the_repository_keeps_the_contracts() -> None:
    """Every import in the package goes down the stack, and pure rooms touch nothing outside."""
    result = _lint(ROOT / "src")
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_sound_tree_keeps_the_contracts(tmp_path: Path) -> None:
    """The skeleton without violations passes, so that what fails below fails for its violation."""
    _write(tmp_path, SKELETON)
    result = _lint(tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(("module", "imported", "contract"), VIOLATIONS + UNCLEAN)
def test_the_contract_bites(broken: dict[str, str], module: str, imported: str, contract: str) -> None:
    """Each forbidden import breaks its own contract, which names it."""
    assert f"fiel.{module} -> {imported}" in " ".join(broken[contract].split())


def test_a_cycle_inside_a_room_is_found(broken: dict[str, str]) -> None:
    """Two modules of one room that import each other fail."""
    assert "No cycles are allowed in fiel.copilot." in broken["No cycles at any depth"]


def test_a_room_that_nobody_declared_is_found(broken: dict[str, str]) -> None:
    """A new top-level package fails until it has its place in the stack."""
    assert "fiel.stuff" in broken[STACK]


def test_every_pure_room_is_under_the_pure_contract() -> None:
    """A pure room or module that is added later must be named in the contract of purity."""
    package = ROOT / "src/fiel"
    there = [
        name
        for name in PURE
        if (package / name.replace(".", "/")).is_dir() or (package / f"{name.replace('.', '/')}.py").exists()
    ]
    assert [name for name in there if name not in _pure()] == []


def test_every_store_is_protected() -> None:
    """A room's tables are imported by that room and the composition root only: its contract says so."""
    package = ROOT / "src/fiel"
    found = {path for name in ("store", "tables") for path in package.rglob(f"{name}*") if _is_module(path)}
    stores = {".".join(path.relative_to(package.parent).with_suffix("").parts) for path in found}
    allowed = _allowed_importers()

    assert len(stores) > 1
    assert {store: allowed.get(store) for store in stores} == {
        store: _room_and_bootstrap(store.split(".")[1]) for store in stores
    }


def _is_module(path: Path) -> bool:
    """True for a module or package that is called exactly `store` or `tables`."""
    return path.name in {"store.py", "tables.py"} or (
        path.name in {"store", "tables"} and (path / "__init__.py").exists()
    )


def _allowed_importers() -> dict[str, set[str]]:
    """Protected module: who may import it."""
    parser = _contracts()
    contracts = [parser[name] for name in parser.sections() if parser[name].get("type") == "protected"]
    return {
        module: set(contract["allowed_importers"].split())
        for contract in contracts
        for module in contract["protected_modules"].split()
    }


def _room_and_bootstrap(room: str) -> set[str]:
    return {f"fiel.{name}{below}" for name in (room, "bootstrap") for below in ("", ".**")}
