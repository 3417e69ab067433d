"""The reference page at `/docs`: one self-contained HTML page made from the OpenAPI document.

No script and nothing from another host, so that it reads the same on a laptop without a network and
behind a strict content policy.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping
from hashlib import sha256
from html import escape
from json import dumps
from typing import Any

from fastapi import FastAPI
from starlette.responses import HTMLResponse

from fiel.entrypoints.http.answer_headers import CONTENT_POLICY

_STYLE = """
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
h2{margin-top:2.5rem;border-bottom:1px solid #8884}section{margin:1.5rem 0}
code,pre{font:14px/1.45 ui-monospace,monospace}
pre{background:#8882;padding:.75rem;overflow:auto;border-radius:.4rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.3rem .6rem .3rem 0;vertical-align:top;border-bottom:1px solid #8883}
.verb{display:inline-block;min-width:3.5rem;font-weight:700}
"""
#: The page's own style is known by its digest; everything else stays as strict as elsewhere.
_POLICY = CONTENT_POLICY.replace(
    "style-src 'self'", f"style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'"
)


def add_to(app: FastAPI) -> None:
    """Serves the page of the application's own OpenAPI document."""

    def page() -> HTMLResponse:
        return HTMLResponse(reference_html(app.openapi()), headers={"Content-Security-Policy": _POLICY})

    app.add_api_route("/docs", page, include_in_schema=False)


def reference_html(document: Mapping[str, Any]) -> str:
    """The page of an OpenAPI document."""
    info = document["info"]
    groups: dict[str, list[str]] = {}
    for path, verb, operation in _operations(document):
        shared = document.get("components", {}).get("responses", {})
        section = _section(path, verb, operation, shared)
        groups.setdefault((operation.get("tags") or ["other"])[0], []).append(section)
    body = "".join(f"<h2>{escape(name)}</h2>{''.join(sections)}" for name, sections in groups.items())
    title, version = escape(info["title"]), escape(info["version"])
    about, standard = escape(info.get("description", "")), escape(document["openapi"])
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title} API</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>'
        f"<h1>{title} API {version}</h1><p>{about}</p>"
        f'<p>The document itself: <a href="/openapi.json">/openapi.json</a> (OpenAPI {standard})</p>'
        f"{body}</body></html>"
    )


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, verbs in document["paths"].items():
        for verb, operation in verbs.items():
            yield path, verb, operation


def _section(path: str, verb: str, operation: Mapping[str, Any], shared: Mapping[str, Any]) -> str:
    anchor, name = escape(operation.get("operationId", path)), escape(path)
    return (
        f'<section id="{anchor}"><h3><span class="verb">{verb.upper()}</span> <code>{name}</code></h3>'
        f"<p><b>{escape(operation.get('summary', ''))}.</b> {escape(operation.get('description', ''))}</p>"
        f"{_parameters(operation.get('parameters', []))}"
        f"{_responses(operation['responses'], shared)}</section>"
    )


def _parameters(parameters: list[Mapping[str, Any]]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(each['name'])}</code></td><td>{escape(each['in'])}</td>"
        f"<td>{'required' if each.get('required') else 'optional'}</td>"
        f"<td>{escape(each.get('description', ''))}</td></tr>"
        for each in parameters
    )
    head = "<tr><th>Parameter</th><th>In</th><th></th><th></th></tr>"
    return f"<table>{head}{rows}</table>" if rows else ""


def _responses(responses: Mapping[str, Any], shared: Mapping[str, Any]) -> str:
    rows, examples = [], []
    for status, answer in responses.items():
        # What many routes may answer is told once in the document, and here in a line of each.
        is_shared = "$ref" in answer
        told = shared[answer["$ref"].rsplit("/", 1)[-1]] if is_shared else answer
        about = escape(told.get("description", ""))
        rows.append(f"<tr><td><code>{escape(status)}</code></td><td>{about}</td></tr>")
        examples += [
            content["example"]
            for content in told.get("content", {}).values()
            if "example" in content and not is_shared
        ]
    shown = "".join(f"<pre>{escape(dumps(example, indent=2))}</pre>" for example in examples)
    return f"<table><tr><th>Answer</th><th></th></tr>{''.join(rows)}</table>{shown}"
