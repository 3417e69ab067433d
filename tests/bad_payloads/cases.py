"""Cases of a file, as they are served and judged."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Case:
    """One answer. `status` 0: nothing is sent. `transport`: how it fails on the wire, if it does."""

    name: str
    provider: str
    request: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    transport: str
    want: Mapping[str, Any]
    raw: Mapping[str, Any]


def load(path: Path) -> tuple[Case, ...]:
    """The cases of a file. Raises `ValueError` when it is not of the form."""
    document = json.loads(path.read_text(encoding="utf-8"))
    listed = document.get("cases") if isinstance(document, dict) else document
    if not isinstance(listed, list) or not listed:
        raise ValueError(f"{path} has no cases")
    return tuple(_case(entry) for entry in listed)


def _case(entry: dict[str, Any]) -> Case:
    response = entry.get("response") or {}
    request = entry["request"]
    return Case(
        name=str(entry["id"]),
        provider=str(entry.get("provider", "any")),
        request=request if isinstance(request, str) else str(request.get("url", "")),
        status=int(response.get("status", 200 if response else 0)),
        headers={str(name).lower(): str(value) for name, value in (response.get("headers") or {}).items()},
        body=_body(response),
        transport=str(entry.get("transport") or response.get("transport") or ""),
        want=entry["want"],
        raw=entry,
    )


def _body(response: dict[str, Any]) -> bytes:
    """`body` as text or JSON; also `body_base64`, `body_hex`, and `body_times` to repeat it."""
    if "body_base64" in response:
        body = base64.b64decode(response["body_base64"])
    elif "body_hex" in response:
        body = bytes.fromhex(response["body_hex"])
    else:
        given = response.get("body")
        text = (
            given
            if isinstance(given, str)
            else ""
            if given is None
            else json.dumps(given, ensure_ascii=False)
        )
        body = text.encode(str(response.get("encoding", "utf-8")), errors="surrogatepass")
    return body * int(response.get("body_times", 1))
