"""All that the document allows, and more, is asked of the served application, with a key and without."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fiel.entrypoints.contracts.documents import openapi
from fiel.entrypoints.http import create_app
from fiel.infra.access.desk import Access
from fiel.infra.access.principals import Scope
from tests.support.api_wallet import ApiWallet, access_of, api_wallet
from tests.support.served_pages import client_of, pages_app

#: No 5xx, and nothing that the document does not say: status, kind of content, headers, members.
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "allow_header_conformance",
)
#: Drawn for each operation, beside those that cover every keyword of every schema (some thousands).
EXAMPLES = os.environ.get("FIEL_SCHEMA_EXAMPLES", "5")


@pytest.fixture(scope="module")
def ana(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiWallet]:
    """A book with everything that a route may show; who asks needs a key once one was made."""
    folder = tmp_path_factory.mktemp("api")
    with api_wallet(folder, access=access_of(folder, open_on_loopback=True)) as opened:
        opened.whole()
        opened.client.put("/autobalance/ana", json={"threshold": "5"}).raise_for_status()
        opened.post("/portfolios/ana/plans", {"amount": "1000"})
        yield opened


@pytest.fixture(scope="module")
def key(ana: ApiWallet) -> str:
    """A key that may do everything."""
    access: Access = ana.app.state.services.access
    return access.make_key("schemathesis", list(Scope))[0]


def _asked(ana: ApiWallet, folder: Path, phases: str, *headers: str) -> None:
    """Let schemathesis ask; fails with all that it found and how to ask it again."""
    # A process of its own: it brings warnings and plugins that are not those of our tests.
    named = [word for header in headers for word in ("-H", header)]
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("schemathesis")),
            "run",
            f"{ana.url}/openapi.json",
            *("--phases", phases),
            *("--checks", ",".join(CHECKS)),
            *("--max-examples", EXAMPLES),
            *("--suppress-health-check", "all"),
            "--generation-deterministic",
            "--continue-on-failure",
            "--no-color",
            "--warnings=off",
            *named,
        ],
        cwd=folder,
        env={**os.environ, "SCHEMATHESIS_HOOKS": "tests.support.schema_hooks", "PYTHONPATH": str(Path.cwd())},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout[-20_000:]
    assert f"Tested: {len(list(_operations(ana)))}" in done.stdout, done.stdout[-2_000:]


def _operations(ana: ApiWallet) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, verbs in ana.app.openapi()["paths"].items():
        for verb, operation in verbs.items():
            if verb in {"get", "put", "post", "delete"}:
                yield path, verb, operation


def test_whoever_has_a_key_gets_what_the_document_says(ana: ApiWallet, key: str, tmp_path: Path) -> None:
    """Any request, sound or not, is answered as the document says, and never with a 5xx."""
    _asked(ana, tmp_path, "examples,coverage,fuzzing", f"Authorization: Bearer {key}")


def test_nobody_gets_what_the_document_says(ana: ApiWallet, key: str, tmp_path: Path) -> None:
    """Without the key, which somebody has, the same holds, and nothing of a wallet is told."""
    assert key
    _asked(ana, tmp_path, "examples,coverage")
    for path, verb, _ in _operations(ana):
        if path.startswith("/api/"):
            answer = ana.client.request(verb, f"{ana.url}{path.format_map(_Any())}")
            assert answer.status_code == 401, f"{verb} {path}: {answer.status_code}"


class _Any(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "ana"


def test_the_document_names_every_operation(ana: ApiWallet) -> None:
    """OpenAPI 3.1, each operation with its own name, a summary, a description and its problems."""
    found = ana.app.openapi()
    assert found == openapi(), "what is written to files is not what is served"
    assert found["openapi"].startswith("3.1")
    operations = [(path, operation) for path, _, operation in _operations(ana)]
    names = [operation["operationId"] for _, operation in operations]
    assert len(set(names)) == len(names) > 55
    assert all("_" not in name for name in names)
    for path, operation in operations:
        assert operation["summary"], path
        assert operation["description"], path
        if path.startswith("/api/"):
            assert {"400", "401", "403", "404", "429", "503"} <= operation["responses"].keys(), path


def test_the_reference_page_needs_no_script(ana: ApiWallet, key: str) -> None:
    """`/docs` shows every operation, without a script and without anything of another host."""
    headers = {"Authorization": f"Bearer {key}"}
    page = ana.client.get(f"{ana.url}/docs", headers=headers).text
    assert "<script" not in page
    assert "https://" not in page
    assert "Ask what to buy or sell" in page


def test_an_api_that_is_made_later_is_the_same(tmp_path: Path) -> None:
    """The first request for it finds its routes, guard and document as if they had always been there."""
    with pages_app(tmp_path) as (app, _):
        services = app.state.services
        later = create_app(services, rest_later=True)
        with client_of(later) as client:
            assert client.get("/healthz").status_code == 200
            assert later.state.later.lacks("/api/v1/portfolios")
            assert client.get("/api/v1/portfolios").status_code == 200
            assert client.get("/openapi.json").json() == app.openapi()
        assert create_app(services, rest_later=True).openapi() == app.openapi()
