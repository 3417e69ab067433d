"""Public sample files, when they are at hand: each record equals what is expected of it, member by member."""

from __future__ import annotations

import pytest
from tests.copilot.importing.shared_samples import differences, expected_files, samples

from fiel.copilot.importing.reading import read_file
from fiel.copilot.importing.record import as_record

FOLDERS = (
    "b3-negociacao",
    "b3-movimentacao",
    "b3-proventos",
    "b3-eventos",
    "b3-posicao",
    "b3-consolidado",
    "trackers",
)
PARSING_ONLY = {
    "b3-negociacao/extrato-negociacao-b3.xlsx": ("b3-negociacao", 2),
    "b3-negociacao/negociacao-exemplo.json": ("b3-negociacao", 7),
    "b3-movimentacao/movimentacao-exemplo.json": ("b3-movimentacao", 16),
    "b3-proventos/proventos-recebidos.google-sheets.csv": ("b3-proventos-recebidos", 4),
}
EXPECTED = expected_files(*FOLDERS)


@pytest.mark.skipif(not EXPECTED, reason="the public sample files are not here")
@pytest.mark.parametrize("path", EXPECTED)
def test_a_sample_reads_as_expected(path: str) -> None:
    """Every expected member of every row is found, and no list is longer or shorter."""
    root = samples()
    assert root is not None
    read = read_file(path.rpartition("/")[2], (root / path).read_bytes())
    assert list(differences(as_record(read), EXPECTED[path])) == []


@pytest.mark.skipif(samples() is None, reason="the public sample files are not here")
@pytest.mark.parametrize("path", PARSING_ONLY)
def test_a_real_sample_without_expectations_is_recognised(path: str) -> None:
    """All its data rows are in some list."""
    root = samples()
    assert root is not None
    read = read_file(path.rpartition("/")[2], (root / path).read_bytes())
    rows = len(read.booked) + len(read.not_booked) + len(read.review) + len(read.unknown)
    assert (read.format, rows) == PARSING_ONLY[path]


@pytest.mark.parametrize(
    ("found", "expected", "told"),
    [
        ({"a": "2.50"}, {"a": "2.5"}, []),
        ({"a": "2.50", "b": 1}, {"a": "2.5", "c": None}, []),
        ({"a": "2.51"}, {"a": "2.5"}, [".a: '2.51', expected '2.5'"]),
        ({}, {"a": "x"}, [".a: None, expected 'x'"]),
        ({"a": 0}, {"a": None}, [".a: 0, expected None"]),
        ({"l": [{"row": 2, "k": "x"}]}, {"l": [{"row": 2, "k": "y"}]}, [".l[row 2].k: 'x', expected 'y'"]),
        ({"l": []}, {"l": [{"row": 2}]}, [".l: 0 entries, expected 1: []"]),
        ({"l": [1]}, {"l": []}, [".l: 1 entries, expected 0: [1]"]),
        ({"fees": "absent"}, {"fees": "absent from this format"}, []),
        ({"fees": "0"}, {"fees": "absent"}, [".fees: '0', expected 'absent'"]),
    ],
)
def test_the_comparison_names_what_differs(found: object, expected: object, told: list[str]) -> None:
    """It bites: a digit, a missing member or an entry too many is named with its place."""
    assert list(differences(found, expected)) == told
