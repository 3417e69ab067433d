"""The help of `fiel api` in Brazilian Portuguese."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_EXAMPLES = (
    "Example: fiel api openapi > openapi.json",
    "Example: fiel api asyncapi > asyncapi.json",
    "Example: fiel api schemas --output docs/reference/schemas",
)

API_HELP_PT: Mapping[str, str] = MappingProxyType(
    {
        **{each: each.replace("Example", "Exemplo") for each in _EXAMPLES},
        "Write the OpenAPI document, the AsyncAPI document, and JSON Schemas of every message.": (
            "Grava o documento OpenAPI, o documento AsyncAPI e os JSON Schemas de cada mensagem."
        ),
        "The HTTP API: OpenAPI 3.1, with examples and every problem that may be answered.": (
            "A API HTTP: OpenAPI 3.1, com exemplos e cada problema que pode ser respondido."
        ),
        "Write files there (default: standard output).": (
            "Grava arquivos nessa pasta (padrão: saída padrão)."
        ),
        "Every topic and queue: AsyncAPI 3, with the schema and an example of each message.": (
            "Cada tópico e cada fila: AsyncAPI 3, com o schema e um exemplo de cada mensagem."
        ),
        "All of it into a folder: both documents, and a versioned JSON Schema of each message.": (
            "Tudo numa pasta: os dois documentos e um JSON Schema com versão de cada mensagem."
        ),
    }
)
