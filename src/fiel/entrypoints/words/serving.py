"""The words of `fiel serve` and `fiel worker`: their help, and what they say when they start."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

#: The end of the help of `fiel worker`.
WORKER_EXAMPLES = (
    "Examples:\n\n"
    "- fiel worker custody\n"
    "- fiel worker custody --database postgresql://fiel@localhost/fiel --kafka localhost:9092\n"
    "- fiel worker market\n"
)

SERVING_HELP_PT: Mapping[str, str] = MappingProxyType(
    {
        WORKER_EXAMPLES: WORKER_EXAMPLES.replace("Examples", "Exemplos"),
        "The processes that stay: workers on the streams.": (
            "Os processos que ficam: trabalhadores dos fluxos."
        ),
        "Take order events from the bus into the book, and do what the book needs beside it, until "
        "stopped.\n\nSIGTERM or Ctrl-C: the batch in hand is finished and committed, and the exit code "
        "is 0.": (
            "Lança no livro os eventos de ordens do barramento, e faz o que o livro precisa além disso, até "
            "ser parado.\n\nSIGTERM ou Ctrl-C: o lote em mãos é terminado e gravado, e o código de saída é 0."
        ),
        "Keep quotes, series and dividends up to date, and tell the others what changed, until stopped.\n\n"
        "Watched are the tickers of FIEL_MARKET_TICKERS and those that the book holds.": (
            "Mantém em dia cotações, séries e proventos, e avisa os outros do que mudou, até ser parado.\n\n"
            "São observados os ativos de FIEL_MARKET_TICKERS e os que o livro tem."
        ),
        "Kafka's brokers, several with commas (default: FIEL_KAFKA, else the log in the database).": (
            "Os brokers do Kafka, vários com vírgulas (padrão: FIEL_KAFKA, senão o log no banco de dados)."
        ),
        "The topic of order events.": "O tópico dos eventos de ordens.",
        "The group of consumers; its members share the partitions.": (
            "O grupo de consumidores; seus membros dividem as partições."
        ),
        "At most so many events in one transaction.": "No máximo tantos eventos numa transação.",
        "Serve /metrics for Prometheus on this port (0: any).": (
            "Serve /metrics para o Prometheus nesta porta (0: qualquer uma)."
        ),
        "The address that /metrics listens on.": "O endereço em que /metrics escuta.",
        "How the lines of the log are written.": "Como as linhas do log são escritas.",
        "Serve the wallet over HTTP, with its health, its metrics and a page of reference, until stopped."
        "\n\nWhoever reaches the address can move money: put what knows its users in front of it.": (
            "Serve a carteira por HTTP, com sua saúde, suas métricas e uma página de referência, até ser "
            "parado.\n\nQuem alcança o endereço pode mover dinheiro: ponha à frente algo que conheça os "
            "usuários."
        ),
        "Example: fiel serve --port 8000": "Exemplo: fiel serve --port 8000",
        "The address to listen on.": "O endereço em que escutar.",
        "The port to listen on (0: any).": "A porta em que escutar (0: qualquer uma).",
        "Redis with the last prices, such as redis://host:6379/0 "
        "(default: FIEL_REDIS_URL, else the prices in the database).": (
            "Redis com os últimos preços, como redis://servidor:6379/0 "
            "(padrão: FIEL_REDIS_URL, senão os preços no banco de dados)."
        ),
    }
)

SERVING_NOTES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "serving": (
            (
                "{url}/api/v1/wallet · saúde: {url}/actuator/health · métricas: {url}/metrics · "
                "referência: {url}/docs"
            ),
            (
                "{url}/api/v1/wallet · health: {url}/actuator/health · metrics: {url}/metrics · "
                "reference: {url}/docs"
            ),
        ),
    }
)
