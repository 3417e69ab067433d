"""The words of `fiel custody`: its help, its answers and its refusals."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from fiel.entrypoints.words.custody_desk import DESK_FAILURES_PT, DESK_HELP_PT, DESK_NOTES

#: The end of the help of `fiel custody`.
CUSTODY_EXAMPLES = (
    "Examples:\n\n"
    "- fiel custody deposit ana 10000.00 --key pix-7\n"
    "- fiel custody replay events.jsonl\n"
    "- fiel custody export --output book.json\n"
    "- fiel custody check\n"
)
#: The end of the help of `fiel custody dlq`.
DLQ_EXAMPLES = "Examples:\n\n- fiel custody dlq list\n- fiel custody dlq replay --all\n"

_INCOME_HELP_PT = {
    "Book what an asset paid into an account: dividends and the like, or capital that came back.": (
        "Lança o que um ativo pagou numa conta: dividendos e afins, ou capital que voltou."
    ),
    "Example: fiel custody income ana PETR4 85.00 --kind jcp --withheld 15.00 --on 2026-03-30": (
        "Exemplo: fiel custody income ana PETR4 85.00 --kind jcp --withheld 15.00 --on 2026-03-30"
    ),
    "The ticker that paid, such as PETR4.": "O código que pagou, como PETR4.",
    "What reached the account, after tax, such as 85.00.": (
        "O que chegou à conta, depois do imposto, como 85.00."
    ),
    "What was paid; amortisation and redemption give back capital and lower the cost.": (
        "O que foi pago; amortização (amortisation) e resgate (redemption) devolvem capital e reduzem o "
        "custo."
    ),
    "The tax that was kept back before, such as 15.00.": "O imposto retido antes, como 15.00.",
    "The day it was credited (default: now).": "O dia em que foi creditado (padrão: agora).",
    "The amount and the tax were told before and are taken back.": (
        "O valor e o imposto foram lançados antes e são estornados."
    ),
}

CUSTODY_HELP_PT: Mapping[str, str] = MappingProxyType(
    {
        CUSTODY_EXAMPLES: CUSTODY_EXAMPLES.replace("Examples", "Exemplos"),
        DLQ_EXAMPLES: DLQ_EXAMPLES.replace("Examples", "Exemplos"),
        "The book of what is owned: accounts, orders, money in and out.": (
            "O livro do que se possui: contas, ordens, dinheiro que entra e sai."
        ),
        "The database: sqlite:///file.db or postgresql://user@host/name "
        "(default: FIEL_DATABASE_URL, else the embedded file of the user).": (
            "O banco de dados: sqlite:///arquivo.db ou postgresql://usuario@servidor/nome "
            "(padrão: FIEL_DATABASE_URL, senão o arquivo embutido do usuário)."
        ),
        "The answer as JSON, numbers as exact text.": "A resposta em JSON, com os números exatos em texto.",
        "How many to list at most.": "Quantos listar no máximo.",
        # money
        "Put money into an account; the first deposit opens it.": (
            "Põe dinheiro numa conta; o primeiro depósito a abre."
        ),
        "Take money out of an account: never more than is available, for the rest is held for orders.": (
            "Tira dinheiro de uma conta: nunca mais que o disponível, pois o resto está reservado para "
            "ordens."
        ),
        "Example: fiel custody deposit ana 1000.00 --key pix-7": (
            "Exemplo: fiel custody deposit ana 1000.00 --key pix-7"
        ),
        "Example: fiel custody withdraw ana 250.00 --key ted-3": (
            "Exemplo: fiel custody withdraw ana 250.00 --key ted-3"
        ),
        "Whose account it is.": "De quem é a conta.",
        **_INCOME_HELP_PT,
        "How much, such as 1000.00.": "Quanto, como 1000.00.",
        "Names the request: repeated with the same key, it is done only once.": (
            "Identifica o pedido: repetido com a mesma chave, é feito uma vez só."
        ),
        "The account's currency, three letters.": "A moeda da conta, três letras.",
        # replay and export
        "Take order events into the book; what was taken before changes nothing.\n\nA line that cannot be "
        "applied becomes a dead letter and the rest goes on: the exit code is 0, and\nthe dead letters are "
        "counted. Code 6 means that the database went away; replay the file again.": (
            "Lança eventos de ordens no livro; o que já foi lançado não muda nada.\n\nUma linha que não pode "
            "ser aplicada vira carta morta e o resto continua: o código de saída é 0, e as cartas mortas são "
            "contadas. O código 6 diz que o banco de dados sumiu; relance o arquivo."
        ),
        "Example: fiel custody replay events.jsonl": "Exemplo: fiel custody replay eventos.jsonl",
        "Order events, one JSON object per line; - is stdin.": (
            "Eventos de ordens, um objeto JSON por linha; - é a entrada padrão."
        ),
        "Write what the book holds; equal books give equal bytes, whatever order their events came in.": (
            "Grava o que o livro contém; livros iguais dão bytes iguais, em qualquer ordem que os eventos "
            "tenham chegado."
        ),
        "Example: fiel custody export --output book.json": (
            "Exemplo: fiel custody export --output livro.json"
        ),
        "The form of the document.": "A forma do documento.",
        "File to write (default: standard output).": "Arquivo a gravar (padrão: saída padrão).",
        # check and alerts
        "Add the book up again from its journal and name every row that does not agree; exit code 1 then."
        "\n\nAmounts are in minor units (cents), quantities in billionths.": (
            "Soma o livro de novo a partir do diário e diz cada linha que não confere; código de saída 1 "
            "nesse caso.\n\nValores em centavos, quantidades em bilionésimos."
        ),
        "Example: fiel custody check": "Exemplo: fiel custody check",
        "List what a person must look at though it was booked, newest first.": (
            "Lista o que uma pessoa precisa ver, embora tenha sido lançado; o mais novo primeiro."
        ),
        "Example: fiel custody alerts --limit 10": "Exemplo: fiel custody alerts --limit 10",
        # dead letters
        "Dead letters: messages that were not applied, and why.": (
            "Cartas mortas: mensagens que não foram aplicadas, e por quê."
        ),
        "List the open dead letters, oldest first.": (
            "Lista as cartas mortas em aberto, da mais velha em diante."
        ),
        "Those that were settled already, too.": "Também as que já foram resolvidas.",
        "Show a dead letter: why it was not applied, and the message as it came.": (
            "Mostra uma carta morta: por que não foi aplicada, e a mensagem como veio."
        ),
        "Try dead letters again, after what stood in their way was put right; exit code 3 if one stays.": (
            "Tenta cartas mortas de novo, depois de corrigido o que as impedia; código de saída 3 se uma "
            "ficar."
        ),
        "Every open dead letter, oldest first.": "Todas as cartas mortas em aberto, da mais velha em diante.",
        "Decide that a dead letter needs nothing more. It is kept, and no longer listed.": (
            "Decide que uma carta morta não precisa de mais nada. Ela fica guardada e sai da lista."
        ),
        "The dead letter, as `dlq list` names it.": "A carta morta, como `dlq list` a chama.",
        "The dead letters, as `dlq list` names them.": "As cartas mortas, como `dlq list` as chama.",
        **DESK_HELP_PT,
    }
)

#: key -> (Brazilian Portuguese, English).
CUSTODY_NOTES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "custody_account": (
            "{user}: saldo {balance}, reservado {blocked}, disponível {available}.",
            "{user}: balance {balance}, blocked {blocked}, available {available}.",
        ),
        "custody_repeated": (
            "(já feito antes com esta chave; nada mudou agora)",
            "(done before with this key; nothing changed now)",
        ),
        "income_done": (
            "{user}: {ticker} lançado; saldo {balance}, disponível {available}. Lançamento {entry}.",
            "{user}: {ticker} booked; balance {balance}, available {available}. Journal entry {entry}.",
        ),
        "replaying": ("lançando", "replaying"),
        "replay_done": (
            (
                "Linhas: {lines}. Aplicadas: {applied}, repetidas: {duplicates}, sem novidade: {stale}, à "
                "espera ao chegar: {parked}, cartas mortas: {deadLetters}. Alertas: {alerts}. Ainda à espera "
                "da sua ordem, em todo o livro: {waiting}."
            ),
            (
                "Lines: {lines}. Applied: {applied}, duplicates: {duplicates}, stale: {stale}, parked on "
                "arrival: {parked}, dead letters: {deadLetters}. Alerts: {alerts}. Still waiting for their "
                "order, in all of the book: {waiting}."
            ),
        ),
        "replay_letter": ("linha {line}: {code}: {message}", "line {line}: {code}: {message}"),
        "replay_letters": (
            "As cartas mortas: fiel custody dlq list",
            "The dead letters: fiel custody dlq list",
        ),
        "export_done": ("Livro gravado em {file}.", "Book written to {file}."),
        "check_sound": (
            "Tudo confere: {accounts} contas, {orders} ordens, {entries} lançamentos.",
            "All adds up: {accounts} accounts, {orders} orders, {entries} journal entries.",
        ),
        "check_finding": (
            "{row}: {code}: esperado {expected}, encontrado {found}",
            "{row}: {code}: expected {expected}, found {found}",
        ),
        "check_wrong": ("{n} diferença", "{n} difference"),
        "check_wrongs": ("{n} diferenças", "{n} differences"),
        "alerts_none": ("Nenhum alerta.", "No alerts."),
        "dlq_none": ("Nenhuma carta morta.", "No dead letters."),
        "dlq_stays": (
            "{id}: continua carta morta: {code}: {reason}",
            "{id}: still a dead letter: {code}: {reason}",
        ),
        "dlq_replayed": ("{id}: {verdict}", "{id}: {verdict}"),
        "dlq_discarded": ("{id}: descartada.", "{id}: discarded."),
        "verdict_applied": ("aplicada", "applied"),
        "verdict_ignored": ("sem novidade, nada a aplicar", "stale, nothing to apply"),
        "verdict_duplicate": ("já aplicada antes", "applied before"),
        "verdict_parked": ("à espera da sua ordem", "waiting for its order"),
        **DESK_NOTES,
    }
)

CUSTODY_FAILURES_PT: Mapping[str, str] = MappingProxyType(
    {
        # settings
        "zone_unknown": (
            "{variable}: escreva o fuso do serviço de ordens como America/Sao_Paulo, UTC ou -03:00; nomes "
            "precisam dos fusos do sistema (no Windows: pip install tzdata)."
        ),
        "folder_not_absolute": "{variable}: escreva a pasta desde a raiz, como /srv/fiel.",
        "duration_malformed": "{variable}: escreva um número e a unidade: 90s, 30m, 12h ou 5d.",
        "duration_out_of_range": "{variable}: escreva um tempo entre 1s e 366d.",
        # commands
        "account_unknown": "Não há essa conta nessa moeda; o primeiro depósito a abre.",
        "available_exceeded": "É mais do que está disponível; o resto está reservado para ordens.",
        "amount_not_positive": "O valor precisa ser maior que zero.",
        "amount_too_large": "O valor é maior do que o livro comporta.",
        "amount_zero": "O valor não pode ser zero.",
        "withheld_out_of_range": "O imposto retido precisa ser zero ou mais e caber no livro.",
        "income_kind_unknown": (
            "O tipo precisa ser dividend, jcp, fii_income, interest, amortisation, redemption ou other."
        ),
        "sign_unwanted": "Escreva o valor sem sinal; para um estorno use --taken-back.",
        "day_malformed": "Isso não é um dia; escreva como 2026-01-31.",
        "cash_is_external": "O dinheiro desta conta fica em outro lugar.",
        "idempotency_key": "A chave precisa ter de 1 a 200 caracteres.",
        "idempotency_key_reused": (
            "A chave {key} já foi usada com outro {field}; use uma chave nova para um pedido novo."
        ),
        "events_not_found": "Não existe esse arquivo de eventos.",
        "events_unreadable": "O arquivo de eventos não pode ser lido. Confira o nome e as permissões.",
        "letters_unnamed": "Diga quais cartas mortas, ou use --all.",
        "dead_letter_unknown": "Não existe essa carta morta. As que existem: fiel custody dlq list",
        "dead_letter_settled": "Essa carta morta já foi resolvida.",
        "dead_letter_cut": "A mensagem era longa demais e não foi guardada inteira.",
        **DESK_FAILURES_PT,
    }
)
