"""`fiel plan --instance` and `--instances`: the exact keys, refusals as answers, files whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.support.command_line import CliRunner
from typer.testing import Result

from fiel.entrypoints.cli.everything import app

ANSWER_KEYS = {
    "id",
    "orders",
    "objective",
    "lower_bound",
    "gap_proven",
    "residual_cash",
    "fees",
    "tax",
    "weights_after",
    "explanations",
}
ORACLES = Path(__file__).parents[2] / "../shared/oracles/rebalancing/examples"


def instance(name: str, weight: str = "100") -> dict[str, Any]:
    """One asset at R$ 10 with R$ 100 of new money."""
    return {
        "schema": "rebalancing-instance/1",
        "id": name,
        "mode": "contribution",
        "cash": "0",
        "flow": "100",
        "min_cash": "0",
        "assets": [{"id": "A", "price": "10", "quantity": "3", "lot": "1"}],
        "targets": {"id": "root", "children": [{"id": "a", "weight": weight, "asset": "A"}]},
        "objective": {"metric": "absolute", "kappa": "1"},
        "strategy": {"type": "none"},
    }


def fiel_plan(*arguments: object) -> Result:
    """Run `fiel plan` in Portuguese."""
    return CliRunner().invoke(app, ["plan", *map(str, arguments)], env={"FIEL_LANG": "pt"})


def write(file: Path, content: object) -> Path:
    """Write JSON and return the file."""
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


def test_one_instance_is_answered_with_exactly_the_agreed_keys(tmp_path: Path) -> None:
    """The output has the agreed keys and decimal strings."""
    output = tmp_path / "out.json"
    done = fiel_plan("--instance", write(tmp_path / "in.json", instance("one")), "--output", output)
    answer = json.loads(output.read_text(encoding="utf-8"), parse_float=pytest.fail)
    assert done.exit_code == 0
    assert answer.keys() == ANSWER_KEYS
    order = {"asset": "A", "side": "buy", "quantity": "10", "price": "10", "value": "100"}
    assert [order] == answer["orders"]
    assert answer["weights_after"] == {"root": "1", "a": "1"}


def test_a_refused_instance_is_written_and_exits_with_3(tmp_path: Path) -> None:
    """The refusal is the answer: code, message and field in the file, exit code 3."""
    output = tmp_path / "out.json"
    source = write(tmp_path / "in.json", instance("two", weight="99"))
    done = fiel_plan("--instance", source, "--output", output)
    answer = json.loads(output.read_text(encoding="utf-8"))
    assert done.exit_code == 3
    assert {"id", "refused"} == answer.keys()
    assert (answer["id"], answer["refused"]["code"]) == ("two", "weights_not_100")
    assert {"code", "message", "field"} == answer["refused"].keys()


def test_a_folder_goes_on_past_refusals_and_broken_files(tmp_path: Path) -> None:
    """Every *.json gets an answer, unreadable ones too, and the exit code is 0."""
    source, output = tmp_path / "in", tmp_path / "deep" / "out"
    source.mkdir()
    write(source / "good.json", instance("good"))
    write(source / "refused.json", instance("refused", weight="99"))
    (source / "binary.json").write_bytes(b"\x00\xff\x00")
    (source / "notes.txt").write_text("not an instance", encoding="utf-8")
    done = fiel_plan("--instances", source, "--output", output)
    answers = {file.name: json.loads(file.read_text(encoding="utf-8")) for file in output.iterdir()}
    assert done.exit_code == 0
    assert {"good.json", "refused.json", "binary.json"} == answers.keys()
    assert "orders" in answers["good.json"]
    assert (
        answers["binary.json"]["id"],
        answers["binary.json"]["refused"]["code"],
    ) == ("binary", "file_not_text")


def test_a_missing_folder_is_not_found(tmp_path: Path) -> None:
    """A folder that is not there is exit code 4."""
    assert fiel_plan("--instances", tmp_path / "no", "--output", tmp_path / "out").exit_code == 4


def test_a_folder_needs_somewhere_to_write(tmp_path: Path) -> None:
    """--instances without --output is a usage error."""
    assert fiel_plan("--instances", tmp_path).exit_code == 2


def test_options_of_portfolios_are_refused_rather_than_ignored(tmp_path: Path) -> None:
    """--cash with an instance would be ignored in silence; it is refused."""
    done = fiel_plan("--instance", write(tmp_path / "in.json", instance("one")), "--cash", "5")
    assert done.exit_code == 2
    assert "--cash" in done.stderr


@pytest.mark.skipif(not ORACLES.exists(), reason="the oracles are not beside the repository")
def test_the_worked_examples_have_their_optimum(tmp_path: Path) -> None:
    """Every worked example gives its known objective, and every refusal example is refused."""
    assert fiel_plan("--instances", ORACLES, "--output", tmp_path).exit_code == 0
    for file in sorted(ORACLES.glob("*.json")):
        known = json.loads(file.read_text(encoding="utf-8"))
        answer = json.loads((tmp_path / file.name).read_text(encoding="utf-8"))
        if known.get("expect") == "refuse":
            assert answer["refused"]["field"]
        else:
            assert float(answer["objective"]) == pytest.approx(float(known["optimum"]["objective"]), abs=1e-9)
