"""The documents as text: the same bytes whenever the same code writes them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import fiel
from fiel.entrypoints.contracts.messages import Carrier, MessageContract, contracts
from fiel.entrypoints.contracts.shapes import BASE, DIALECT

OPENAPI, ASYNCAPI = "openapi.json", "asyncapi.json"
_ABOUT = """\
Events are a log: Kafka, or the log in the embedded database. Jobs are a queue: RabbitMQ, or the queue in the
same database. Every message may come more than once: its id, or its place, tells. Numbers with decimals are
exact text, but on the topics that the existing services share, where they are JSON numbers with exact digits.
"""


def openapi() -> dict[str, Any]:
    """The OpenAPI 3.1 document of everything that is served. Nothing is opened for it."""
    from fastapi import FastAPI

    from fiel.entrypoints.http import health, wallet
    from fiel.entrypoints.http.api import add_api

    app = FastAPI(title="Fiel", version=fiel.__version__, docs_url=None, redoc_url=None)
    for prefix in ("/api/v1/wallet", "/api/v1/wallets"):
        app.include_router(wallet.router(prefix))
    app.include_router(health.routes)
    add_api(app)
    return app.openapi()


def json_schema(contract: MessageContract) -> dict[str, Any]:
    """The schema of a message as a document of its own."""
    head = {
        "$schema": DIALECT,
        "$id": f"{BASE}:{contract.name}:v{contract.version}",
        "title": f"{contract.name}, version {contract.version}",
    }
    return head | contract.schema | {"examples": [contract.example]}


def asyncapi() -> dict[str, Any]:
    """The AsyncAPI 3 document of every topic and queue."""
    found = contracts()
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Fiel",
            "version": fiel.__version__,
            "description": _ABOUT,
            "license": {"name": "Apache 2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "log": {"host": "localhost:9092", "protocol": "kafka", "description": "FIEL_KAFKA"},
            "jobs": {"host": "localhost:5672", "protocol": "amqp", "description": "FIEL_RABBITMQ"},
        },
        "channels": {each.channel: _channel(each) for each in found},
        "operations": dict(_operations(found)),
        "components": {"messages": {each.name: _message(each) for each in found}},
    }


def documents() -> Mapping[str, str]:
    """Every document by its file name, as it is committed and published."""
    written: dict[str, Any] = {OPENAPI: openapi(), ASYNCAPI: asyncapi()}
    written |= {f"messages/{each.file}": json_schema(each) for each in contracts()}
    return {name: json_text(document) for name, document in written.items()}


def json_text(document: Any) -> str:
    """A document as text, members in their order."""
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _channel(each: MessageContract) -> dict[str, Any]:
    is_topic = each.carrier is Carrier.TOPIC
    bindings: dict[str, Any] = (
        {"kafka": {"topic": each.channel}}
        if is_topic
        else {"amqp": {"is": "queue", "queue": {"name": each.channel, "durable": True}}}
    )
    return {
        "address": each.channel,
        "description": f"{each.about}. Key: {each.key}.",
        "servers": [{"$ref": f"#/servers/{'log' if is_topic else 'jobs'}"}],
        "messages": {each.name: {"$ref": f"#/components/messages/{each.name}"}},
        "bindings": bindings,
    }


def _operations(found: tuple[MessageContract, ...]) -> list[tuple[str, dict[str, Any]]]:
    listed = []
    for each in found:
        for action, does in (("send", each.sends), ("receive", each.receives)):
            if does:
                told = {
                    "action": action,
                    "channel": {"$ref": f"#/channels/{each.channel}"},
                    "messages": [{"$ref": f"#/channels/{each.channel}/messages/{each.name}"}],
                }
                listed.append((f"{action}-{each.name}", told))
    return listed


def _message(each: MessageContract) -> dict[str, Any]:
    return {
        "name": each.name,
        "title": each.about,
        "contentType": "application/json",
        "payload": {
            "schemaFormat": "application/schema+json;version=draft-2020-12",
            "schema": each.schema,
        },
        "examples": [{"payload": each.example}],
    }
