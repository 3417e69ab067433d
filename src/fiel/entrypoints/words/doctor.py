"""The words of `fiel doctor`: of each finding what it means, and of what is wrong what to do."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

DOCTOR_EXAMPLES = "Examples:\n\n- fiel doctor\n- fiel doctor --deep --json\n"

DOCTOR_HELP_PT: Mapping[str, str] = MappingProxyType(
    {
        DOCTOR_EXAMPLES: DOCTOR_EXAMPLES.replace("Examples", "Exemplos"),
        "Look at everything that the program stands on, and say what is wrong and what to do.\n\nSettings, "
        "database, clock, disk, book, Kafka, RabbitMQ, Redis, market data, auto-balancer. Exit code 1\n"
        "when something fails (with --strict also for warnings). Nothing is changed, nothing secret is "
        "shown.": (
            "Examina tudo em que o programa se apoia, e diz o que está errado e o que "
            "fazer.\n\nAjustes, banco "
            "de dados, relógio, disco, livro, Kafka, RabbitMQ, Redis, dados de mercado, rebalanceamento "
            "automático. Código de saída 1 quando algo falha (com --strict também para avisos). Nada é "
            "mudado, nada secreto é mostrado."
        ),
        "Also add up a large book, and check every page of a large file.": (
            "Soma também um livro grande, e confere cada página de um arquivo grande."
        ),
        "Exit code 1 for warnings too.": "Código de saída 1 também para avisos.",
        "Also list what is as it should be.": "Lista também o que está como deve.",
    }
)

DOCTOR_NOTES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "doctor_ok": ("bem", "ok"),
        "doctor_warn": ("ATENÇÃO", "WARNING"),
        "doctor_fail": ("FALHA", "FAILS"),
        "doctor_do": ("faça", "do"),
        "doctor_sum": (
            "{fail} falhas, {warn} avisos, {ok} em ordem.",
            "{fail} failures, {warn} warnings, {ok} in order.",
        ),
    }
)

#: Code of a finding: what it means in Portuguese and in English.
MEANINGS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "settings_read": ("{count} variáveis FIEL_ lidas.", "{count} variables FIEL_ were read."),
        "settings_wrong": ("{variable} não serve: {problem}", "{variable} cannot be used: {problem}"),
        "variable_unknown": (
            "Ninguém lê {variable} (parecida: {near}).",
            "Nobody reads {variable} (alike: {near}).",
        ),
        "database_answers": ("{database} responde ({version}).", "{database} answers ({version})."),
        "database_down": (
            "O banco de dados não pode ser usado: {problem} [{error}]",
            "The database cannot be used: {problem} [{error}]",
        ),
        "database_damaged": (
            "O banco de dados está danificado: {problem}",
            "The database is damaged: {problem}",
        ),
        "database_unknown": ("O banco não pôde ser examinado: {problem}", "It could not be seen: {problem}"),
        "schema_current": ("Esquema {found}, o deste programa.", "Schema {found}, this program's."),
        "schema_empty": ("{database} ainda não tem tabelas.", "{database} has no tables yet."),
        "schema_older": (
            "{database} está no esquema {found}; este programa precisa do {wanted}.",
            "{database} is at schema {found}; this program needs {wanted}.",
        ),
        "schema_newer": (
            "{database} está no esquema {found}, de um Fiel mais novo (este conhece até {wanted}).",
            "{database} is at schema {found}, of a newer Fiel (this one knows up to {wanted}).",
        ),
        "schema_unknown": (
            "{database} tem tabelas que não são do Fiel ({found}).",
            "{database} has tables that are not Fiel's ({found}).",
        ),
        "integrity_sound": ("Tabelas íntegras.", "The tables are sound."),
        "integrity_skipped": ("Banco grande: páginas não conferidas.", "A large file: pages not checked."),
        "clock_agrees": (
            "O relógio do banco difere do desta máquina em {seconds} s.",
            "The database's clock differs from this machine's by {seconds} s.",
        ),
        "clock_apart": (
            "O relógio do banco difere do desta máquina em {seconds} s: prazos e idades saem errados.",
            "The database's clock differs from this machine's by {seconds} s: ages and terms come out wrong.",
        ),
        "room_enough": ("{size} MiB usados, {free} MiB livres.", "{size} MiB used, {free} MiB free."),
        "room_unknown": ("{size} MiB no servidor.", "{size} MiB on the server."),
        "room_short": ("Só {free} MiB livres no disco do banco.", "Only {free} MiB free on its disk."),
        "log_long": (
            "O log do SQLite tem {log} MiB: algum leitor ficou aberto.",
            "SQLite's log has {log} MiB: some reader stayed open.",
        ),
        "outbox_flows": ("{pending} mensagens a publicar.", "{pending} messages wait to be published."),
        "outbox_waits": (
            "{pending} mensagens esperam há {minutes} min para ser publicadas.",
            "{pending} messages have waited {minutes} min to be published.",
        ),
        "outbox_stuck": (
            (
                "{pending} mensagens paradas há {minutes} min, {failing} já falharam: os outros não "
                "sabem das "
                "últimas mudanças."
            ),
            (
                "{pending} messages stuck for {minutes} min, {failing} failed: others do not know of "
                "the last "
                "changes."
            ),
        ),
        "jobs_fine": ("{waiting} tarefas na fila do banco.", "{waiting} jobs in the database's queue."),
        "jobs_dead": (
            "{dead} tarefas que ninguém conseguiu fazer ({waiting} na fila).",
            "{dead} jobs that nobody could do ({waiting} wait).",
        ),
        "nothing_waits": ("Nada espera por uma pessoa.", "Nothing waits for a person."),
        "book_short": (
            "{count} contas com menos dinheiro do que têm bloqueado ou gasto.",
            "{count} accounts with less money than is blocked or spent.",
        ),
        "dead_letters": ("{count} eventos recusados esperam decisão.", "{count} refused events wait."),
        "alerts_open": ("{count} alertas que ninguém reconheceu.", "{count} alerts nobody acknowledged."),
        "book_sound": (
            "O livro bate: {accounts} contas, {entries} lançamentos, cadeia inteira.",
            "The book is sound: {accounts} accounts, {entries} entries, chain whole.",
        ),
        "book_not_added_up": (
            "{entries} lançamentos: livro grande, não somado de novo.",
            "{entries} entries: a large book, not added up again.",
        ),
        "book_unsound": (
            "O livro não bate: {count} divergências, a primeira: {first}",
            "The book is unsound: {count} findings, the first: {first}",
        ),
        "chain_broken": (
            "A cadeia do diário quebra no selo {position}: um lançamento foi mudado.",
            "The journal's chain breaks at seal {position}: an entry was changed.",
        ),
        "kafka_embedded": ("Sem Kafka: o log está no banco.", "No Kafka: the log is in the database."),
        "kafka_answers": (
            "{address} responde: {brokers} brokers, {topics} tópicos.",
            "{address} answers: {brokers} brokers, {topics} topics.",
        ),
        "kafka_down": ("Kafka em {address} não responde: {problem}", "Kafka at {address} is away: {problem}"),
        "kafka_unknown": ("Kafka não pôde ser examinado: {problem}", "Kafka could not be seen: {problem}"),
        "topics_missing": ("Tópicos que ainda não existem: {topics}.", "Topics not made yet: {topics}."),
        "groups_follow": (
            "{groups} grupos, {count} registros por ler.",
            "{groups} groups, {count} records behind.",
        ),
        "groups_behind": (
            "O grupo {group} está {count} registros atrás.",
            "The group {group} is {count} records behind.",
        ),
        "rabbitmq_embedded": (
            "Sem RabbitMQ: a fila está no banco.",
            "No RabbitMQ: jobs are in the database.",
        ),
        "rabbitmq_answers": ("{address} responde ({version}).", "{address} answers ({version})."),
        "rabbitmq_down": (
            "RabbitMQ em {address} não responde [{error}].",
            "RabbitMQ at {address} is away [{error}].",
        ),
        "rabbitmq_unknown": ("RabbitMQ não pôde ser examinado: {problem}", "It could not be seen: {problem}"),
        "queue_dead": (
            "{count} tarefas {kind} que ninguém conseguiu fazer.",
            "{count} jobs {kind} that nobody could do.",
        ),
        "queue_unattended": (
            "{count} tarefas {kind} na fila, e nenhum worker as toma.",
            "{count} jobs {kind} wait, and no worker takes them.",
        ),
        "redis_embedded": ("Sem Redis: os preços estão no banco.", "No Redis: prices are in the database."),
        "redis_answers": (
            "{address} responde ({version}, {keys} chaves).",
            "{address} answers ({version}, {keys} keys).",
        ),
        "redis_down": (
            "Redis em {address} não responde [{error}].",
            "Redis at {address} is away [{error}].",
        ),
        "redis_full": (
            "Redis em {address} usa {used} de {most} bytes.",
            "Redis at {address} uses {used} of {most} bytes.",
        ),
        "redis_unknown": ("Redis não pôde ser examinado: {problem}", "Redis could not be seen: {problem}"),
        "providers_fine": ("{count} fontes sem queixa.", "{count} providers without complaint."),
        "provider_fails": (
            "{provider} não responde desde a última tentativa ({topic}).",
            "{provider} has not answered since the last try ({topic}).",
        ),
        "quota_used_up": (
            "A cota de {provider} ({period}) acabou.",
            "The quota of {provider} ({period}) is used up.",
        ),
        "market_offline": (
            "FIEL_MARKET_OFFLINE=1: nenhuma fonte é consultada.",
            "FIEL_MARKET_OFFLINE=1: no provider is asked.",
        ),
        "market_unknown": ("Dados de mercado: {problem}", "Market data: {problem}"),
        "data_fresh": (
            "{quotes} cotações e {series} séries em dia.",
            "{quotes} quotes and {series} series are up to date.",
        ),
        "quotes_old": (
            "{count} cotações velhas ou ausentes: {symbols}.",
            "{count} quotes old or missing: {symbols}.",
        ),
        "series_old": ("{count} séries atrasadas: {series}.", "{count} series are late: {series}."),
        "portfolios_fine": (
            "{count} carteiras no automático, nenhuma em STALE.",
            "{count} portfolios enrolled, none STALE.",
        ),
        "portfolios_stale": (
            "{count} carteiras em STALE: não rebalanceiam até uma pessoa liberar.",
            "{count} portfolios STALE: no rebalance until a person clears them.",
        ),
        "autobalance_unknown": ("Rebalanceamento: {problem}", "The auto-balancer: {problem}"),
    }
)

#: Code of what is wrong: what to do in Portuguese and in English.
REMEDIES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "settings_wrong": (
            "acerte a variável; todas estão em docs/reference/settings.md",
            "put the variable right; all are in docs/reference/settings.md",
        ),
        "variable_unknown": (
            "acerte o nome, ou tire a variável",
            "put the name right, or take the variable away",
        ),
        "database_down": (
            "veja se o servidor está no ar e se FIEL_DATABASE_URL (ou --database) aponta para ele",
            "see that the server is up and that FIEL_DATABASE_URL (or --database) points to it",
        ),
        "database_damaged": (
            "pare tudo, guarde o arquivo como está e restaure a última cópia: fiel restore",
            "stop everything, keep the file as it is and restore the last copy: fiel restore",
        ),
        "database_unknown": ("rode fiel db check", "run fiel db check"),
        "schema_empty": ("rode: fiel db upgrade", "run: fiel db upgrade"),
        "schema_older": (
            "faça uma cópia (fiel backup, do Fiel anterior) e rode: fiel db upgrade",
            "make a copy (fiel backup, of the former Fiel) and run: fiel db upgrade",
        ),
        "schema_newer": ("instale o Fiel mais novo", "install the newer Fiel"),
        "schema_unknown": ("indique outro banco de dados", "name another database"),
        "clock_apart": (
            "acerte os relógios (NTP) desta máquina e do servidor",
            "set the clocks (NTP) of this machine and of the server",
        ),
        "room_short": (
            "libere espaço antes que uma gravação falhe; cópias velhas podem ir para outro disco",
            "make room before a write fails; old copies can go to another disk",
        ),
        "log_long": (
            "reinicie os processos do Fiel; o log é absorvido quando o último fecha",
            "restart Fiel's processes; the log is carried over when the last one closes",
        ),
        "outbox_waits": (
            "veja se um `fiel serve` ou worker está rodando: é ele que publica",
            "see that a `fiel serve` or a worker runs: that is who publishes",
        ),
        "outbox_stuck": (
            "veja se Kafka e RabbitMQ respondem (acima) e se um `fiel serve` ou worker está rodando",
            "see that Kafka and RabbitMQ answer, and that a `fiel serve` or a worker runs",
        ),
        "jobs_dead": (
            "veja o motivo: fiel income jobs; corrija e mande repetir",
            "see the reason: fiel income jobs; put it right and replay",
        ),
        "book_short": ("veja quais: fiel custody check", "see which: fiel custody check"),
        "dead_letters": (
            "veja e decida: fiel custody dead-letters",
            "see and decide: fiel custody dead-letters",
        ),
        "alerts_open": (
            "leia e reconheça: fiel custody alerts",
            "read and acknowledge: fiel custody alerts",
        ),
        "book_unsound": (
            "não corrija à mão; fiel custody check mostra tudo, e uma cópia conferida restaura",
            "do not repair by hand; fiel custody check shows all, and a proved copy restores",
        ),
        "chain_broken": (
            "compare com a última cópia: fiel custody verify-chain e fiel restore",
            "compare with the last copy: fiel custody verify-chain and fiel restore",
        ),
        "kafka_down": (
            (
                "veja se os brokers estão no ar, FIEL_KAFKA e FIEL_KAFKA_PROPERTIES; nada se perde: "
                "as mensagens "
                "esperam no banco"
            ),
            (
                "see that the brokers are up, FIEL_KAFKA and FIEL_KAFKA_PROPERTIES; nothing is lost: "
                "messages "
                "wait in the database"
            ),
        ),
        "kafka_unknown": ("confira FIEL_KAFKA", "check FIEL_KAFKA"),
        "topics_missing": (
            "são criados por quem publica; se os brokers não deixam, crie-os",
            "whoever publishes makes them; if the brokers forbid it, create them",
        ),
        "groups_behind": (
            "inicie mais um worker do grupo, ou veja no log dele o que o segura",
            "start one more worker of the group, or see in its log what holds it",
        ),
        "rabbitmq_down": (
            "veja se o broker está no ar e se FIEL_RABBITMQ aponta para ele; as tarefas esperam no banco",
            "see that the broker is up and that FIEL_RABBITMQ points to it; jobs wait in the database",
        ),
        "rabbitmq_unknown": ("confira FIEL_RABBITMQ", "check FIEL_RABBITMQ"),
        "queue_dead": (
            "veja o motivo e mande repetir: fiel income jobs",
            "see the reason and replay: fiel income jobs",
        ),
        "queue_unattended": (
            "inicie um worker: fiel worker income, fiel worker autobalance",
            "start a worker: fiel worker income, fiel worker autobalance",
        ),
        "redis_down": (
            (
                "veja se o servidor está no ar e se FIEL_REDIS_URL aponta para ele; sem ele as "
                "ordens esperam "
                "preços"
            ),
            (
                "see that the server is up and that FIEL_REDIS_URL points to it; without it orders wait for "
                "prices"
            ),
        ),
        "redis_full": ("dê mais memória ao servidor", "give the server more memory"),
        "redis_unknown": ("confira FIEL_REDIS_URL", "check FIEL_REDIS_URL"),
        "provider_fails": (
            "veja o erro: fiel market health; enquanto isso vale o último dado bom, com a idade à vista",
            "see the error: fiel market health; meanwhile the last good figure holds, with its age shown",
        ),
        "quota_used_up": (
            "espere o período virar, ou use um plano maior do provedor",
            "wait until the period turns, or use a larger plan of the provider",
        ),
        "market_offline": (
            "tire a variável para voltar a consultar as fontes",
            "take the variable away to ask the providers again",
        ),
        "market_unknown": ("rode fiel market health", "run fiel market health"),
        "quotes_old": (
            "rode fiel market quote com os ativos, ou mantenha um `fiel worker market`",
            "run fiel market quote with the symbols, or keep a `fiel worker market` running",
        ),
        "series_old": ("rode: fiel market sync", "run: fiel market sync"),
        "portfolios_stale": (
            "veja quais e por quê: fiel autobalance status; depois de conferir: clear-stale",
            "see which and why: fiel autobalance status; after checking: clear-stale",
        ),
        "autobalance_unknown": ("rode fiel autobalance status", "run fiel autobalance status"),
    }
)
