"""The live check of targets asks and changes nothing: reading is enough, and the log of deeds is spared."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from fiel.infra.access.principals import Scope
from tests.support.access import Guarded, guarded
from tests.support.processes import until

DEPOSIT = "/api/v1/wallet/ana/deposit?amount=10.00"
ROW = {"no": "acoes", "tipo": "classe", "ativo": "", "especie": "", "rotulo": "Ações", "base": "pai"}
HX = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Guarded]:
    """A book with money in Ana's wallet, behind keys."""
    with guarded(tmp_path) as app:
        app.client.post(DEPOSIT)
        # How a deed ended is written down after its answer went out.
        until(lambda: app.access.deeds()[0].status == 200, "the deposit's end in the log")
        yield app


def _check(door: Guarded, key: dict[str, str], weight: str) -> httpx.Response:
    found = door.client.get("/alvos/texto", headers=key)
    token = found.text.split('name="csrf" value="')[1].split('"')[0]
    return door.client.post(
        "/alvos/conferir", headers=key | HX, data={"csrf": token, **ROW, "peso": weight, "faixa": ""}
    )


def test_checking_writes_no_deed(door: Guarded) -> None:
    """Ten pauses of typing leave the log as it was; saving is written down as ever."""
    key = door.key(Scope.TRADE)
    before = door.access.deeds()

    for weight in range(90, 100):
        assert _check(door, key, f"{weight}").status_code == 200

    assert door.access.deeds() == before


def test_who_only_reads_may_check_but_keeps_no_draft(door: Guarded) -> None:
    """The sums are told to a reader; the draft that others find is not his to write."""
    told = _check(door, door.key(Scope.READ), "98,5")
    draft = door.client.get("/alvos", headers=door.key(Scope.READ)).text

    assert told.status_code == 200
    assert "98,5" in told.text
    assert "98,5" not in draft


def test_who_may_trade_keeps_the_draft(door: Guarded) -> None:
    """What was typed is there after a reload."""
    key = door.key(Scope.TRADE)
    _check(door, key, "98,5")

    assert "98,5" in door.client.get("/alvos", headers=key).text


def test_the_token_of_the_form_is_asked_for_all_the_same(door: Guarded) -> None:
    """A check without it is refused: another site could write the draft."""
    answer = door.client.post(
        "/alvos/conferir", headers=door.key(Scope.TRADE) | HX, data={**ROW, "peso": "1"}
    )

    assert answer.status_code == 403
