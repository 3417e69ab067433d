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
    "- fiel worker autobalance --shard 0/4\n"
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
        "Serve the pages and the API, with health and metrics, until stopped; on a laptop the day's jobs "
        "too."
        "\n\nOn 127.0.0.1 whoever uses this machine may use it; any other address needs an owner or keys.": (
            "Serve as páginas e a API, com saúde e métricas, até ser parado; num laptop, também as "
            "tarefas do dia.\n\nEm 127.0.0.1, quem usa esta máquina pode usá-las; qualquer outro endereço "
            "precisa de um dono ou de chaves."
        ),
        "Serve the demonstration, from a file of its own; no book is opened.": (
            "Serve a demonstração, de um arquivo próprio; nenhum livro é aberto."
        ),
        "Open the page in the browser.": "Abre a página no navegador.",
        "Serve its page too (default): in a terminal until Ctrl-C, else once.": (
            "Serve também a sua página (padrão): num terminal até Ctrl-C, senão uma vez."
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
                "{url}/ · API: {url}/api/v1/wallet · saúde: {url}/actuator/health · "
                "métricas: {url}/metrics · referência: {url}/docs"
            ),
            (
                "{url}/ · API: {url}/api/v1/wallet · health: {url}/actuator/health · "
                "metrics: {url}/metrics · reference: {url}/docs"
            ),
        ),
        "demo_served": (
            "A mesma conversa, na página: {url}/ (pronta em {seconds} s). Ctrl-C encerra.",
            "The same talk, on the page: {url}/ (ready in {seconds} s). Ctrl-C ends it.",
        ),
        "demo_served_once": (
            (
                "A página respondeu em {url}/ depois de {seconds} s e foi encerrada: isto não é um terminal. "
                "Para mantê-la aberta: fiel serve --demo --open"
            ),
            (
                "The page answered at {url}/ after {seconds} s and was closed: this is no terminal. "
                "To keep it open: fiel serve --demo --open"
            ),
        ),
    }
)
