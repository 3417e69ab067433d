"""What commands say besides plans and errors: key -> (Brazilian Portuguese, English)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from fiel.copilot.plan_view.words import Lang, Words
from fiel.entrypoints.words.access import ACCESS_NOTES
from fiel.entrypoints.words.actions import ACTIONS_NOTES
from fiel.entrypoints.words.autobalance import AUTOBALANCE_NOTES
from fiel.entrypoints.words.autobalance_desk import AUTOBALANCE_DESK_NOTES
from fiel.entrypoints.words.custody import CUSTODY_NOTES
from fiel.entrypoints.words.importing import IMPORT_NOTES
from fiel.entrypoints.words.income import INCOME_NOTES
from fiel.entrypoints.words.market import MARKET_NOTES
from fiel.entrypoints.words.operations import OPERATIONS_NOTES
from fiel.entrypoints.words.performance import PERFORMANCE_NOTES
from fiel.entrypoints.words.serving import SERVING_NOTES
from fiel.entrypoints.words.targets import TARGETS_NOTES
from fiel.entrypoints.words.tax import TAX_NOTES
from fiel.entrypoints.words.why import WHY_NOTES

NOTES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "kind_rejected": ("Entrada inválida", "Invalid input"),
        "kind_refused": ("Recusado", "Refused"),
        "kind_not_found": ("Não encontrado", "Not found"),
        "kind_conflict": ("Conflito", "Conflict"),
        "kind_unavailable": ("Indisponível", "Unavailable"),
        "kind_corrupt": ("Dados corrompidos", "Corrupt data"),
        "kind_usage": ("Uso incorreto", "Wrong usage"),
        "kind_unexpected": ("Erro inesperado", "Unexpected error"),
        "db_upgraded": ("{database}: esquema {found}.", "{database}: schema {found}."),
        "db_current_line": (
            "{database}: {state} (banco: {found}, programa: {wanted}).",
            "{database}: {state} (database: {found}, program: {wanted}).",
        ),
        "db_empty": ("vazio", "empty"),
        "db_current": ("atual", "current"),
        "db_older": ("mais antigo que o programa", "older than the program"),
        "db_newer": ("mais novo que o programa", "newer than the program"),
        "db_unknown": ("desconhecido", "unknown"),
        "db_sound": (
            "{database}: na versão certa e íntegro.",
            "{database}: at the right version, and sound.",
        ),
        "where": ("onde", "where"),
        "code": ("código", "code"),
        "place_in_file": ("{file}, linha {line}", "{file}, line {line}"),
        "problem": ("{n} problema", "{n} problem"),
        "problems": ("{n} problemas", "{n} problems"),
        "usage_hint": ("veja: {command} --help", "see: {command} --help"),
        "unexpected_hint": (
            "Isto é um defeito do programa. Para ver os detalhes: fiel --debug ...",
            "This is a defect of the program. To see the details: fiel --debug ...",
        ),
        "unexpected_batch": (
            (
                "{n} instância não foi resolvida por um erro inesperado; veja os arquivos com o "
                "código internal_error."
            ),
            (
                "{n} instance was not solved because of an unexpected error; see the files with "
                "code internal_error."
            ),
        ),
        "unexpected_batchs": (
            (
                "{n} instâncias não foram resolvidas por erros inesperados; veja os arquivos com "
                "o código internal_error."
            ),
            (
                "{n} instances were not solved because of unexpected errors; see the files with "
                "code internal_error."
            ),
        ),
        "day": ("{n} dia", "{n} day"),
        "days": ("{n} dias", "{n} days"),
        "hour": ("{n} hora", "{n} hour"),
        "hours": ("{n} horas", "{n} hours"),
        "minute": ("{n} minuto", "{n} minute"),
        "minutes": ("{n} minutos", "{n} minutes"),
        "second": ("{n} segundo", "{n} second"),
        "seconds": ("{n} segundos", "{n} seconds"),
        "missing_option": ("falta {what}", "{what} is missing"),
        "no_such_option": ("a opção {what} não existe", "there is no option {what}"),
        "no_such_command": ("o comando {what} não existe", "there is no command {what}"),
        "extra_argument": ("argumento a mais: {what}", "one argument too many: {what}"),
        "bad_value": ("valor inválido para {what}", "invalid value for {what}"),
        "needs_value": ("a opção {what} precisa de um valor", "option {what} needs a value"),
        "did_you_mean": ("seria {what}?", "did you mean {what}?"),
        "solving": ("Procurando o melhor plano...", "Looking for the best plan..."),
        "compiling": (
            "Procurando o melhor plano... (um difícil compila o cálculo antes, só uma vez: até um minuto)",
            "Looking for the best plan... (a hard one compiles the search first, only once: up to a minute)",
        ),
        "compiled": ("{part}: compilado em {s} s", "{part}: compiled in {s} s"),
        "kernels_plans": ("planos", "plans"),
        "kernels_plans_with_costs": ("planos com custos e impostos", "plans with costs and taxes"),
        "kernels_fleet": ("muitas carteiras de uma vez", "many portfolios at once"),
        "compile_done": ("Tudo compilado.", "All is compiled."),
        "compile_not_here": (
            (
                "Nada a compilar: o extra fast não está instalado (pip install 'fiel[fast]'), ou "
                "NUMBA_DISABLE_JIT está ligado. Os planos são os mesmos, interpretados."
            ),
            (
                "Nothing to compile: the extra fast is not installed (pip install 'fiel[fast]'), or "
                "NUMBA_DISABLE_JIT is set. Plans are the same, interpreted."
            ),
        ),
        "instances": ("instâncias", "instances"),
        "instances_done": (
            "{solved} com plano, {refused} recusadas → {folder}",
            "{solved} with a plan, {refused} refused → {folder}",
        ),
        "init_done": (
            (
                "Exemplo gravado em {file}. Edite-o e depois:\n"
                "  fiel validate {file}\n"
                "  fiel plan {file} --cash 1000"
            ),
            (
                "Example written to {file}. Edit it, and then:\n"
                "  fiel validate {file}\n"
                "  fiel plan {file} --cash 1000"
            ),
        ),
        "validate_done": (
            "{file}: sem problemas. {assets} ativos, {nodes} nós nos alvos.",
            "{file}: no problems. {assets} assets, {nodes} nodes in the targets.",
        ),
        "plan_written": ("Plano gravado em {file}.", "Plan written to {file}."),
        "demo_title": (
            "Fiel: tenho R$ 1.000 para investir. O que exatamente eu compro?",
            "Fiel: I have R$ 1,000 to invest. What exactly do I buy?",
        ),
        "demo_wallet": (
            (
                "Uma carteira de exemplo (quantidades inventadas) aos preços reais de fechamento "
                "da B3 de {day}; as linhas de Tesouro e CDB têm preços ilustrativos. Nada é "
                "enviado a lugar nenhum."
            ),
            (
                "An example wallet (invented quantities) at the real B3 closing prices of {day}; "
                "the Tesouro and CDB lines have illustrative prices. Nothing is sent anywhere."
            ),
        ),
        "demo_question": ("Aporte de {money}", "A contribution of {money}"),
        "demo_next": ("E agora?", "What next?"),
        "demo_next_lines": (
            (
                "fiel init carteira.toml                um exemplo para pôr a sua carteira\n"
                "fiel validate carteira.toml            confere o arquivo, linha por linha\n"
                "fiel plan carteira.toml --cash 1000    o seu plano; --explain diz o porquê\n"
                "fiel plan carteira.toml --withdraw 500 o que vender para retirar\n"
                "fiel plan carteira.toml --mode full    comprar e vender; --csv, --json\n"
                "fiel --help                            tudo o mais (--lang en: in English)"
            ),
            (
                "fiel init portfolio.toml                an example to put yours in\n"
                "fiel validate portfolio.toml            checks the file, line by line\n"
                "fiel plan portfolio.toml --cash 1000    your plan; --explain says why\n"
                "fiel plan portfolio.toml --withdraw 500 what to sell to take money out\n"
                "fiel plan portfolio.toml --mode full    buy and sell; --csv, --json\n"
                "fiel --help                             all the rest (--lang pt: português)"
            ),
        ),
        **CUSTODY_NOTES,
        **SERVING_NOTES,
        **OPERATIONS_NOTES,
        **MARKET_NOTES,
        **INCOME_NOTES,
        **TAX_NOTES,
        **ACCESS_NOTES,
        **ACTIONS_NOTES,
        **PERFORMANCE_NOTES,
        **TARGETS_NOTES,
        **IMPORT_NOTES,
        **WHY_NOTES,
        **AUTOBALANCE_NOTES,
        **AUTOBALANCE_DESK_NOTES,
    }
)


def note(key: str, words: Words, /, **values: object) -> str:
    """The note in the language of `words`, its values filled in. Raises `KeyError` for an unknown key."""
    portuguese, english = NOTES[key]
    text = portuguese if words.lang is Lang.PT else english
    return text.format(**values) if values else text


def counted(key: str, number: int, words: Words) -> str:
    """The note in the singular, or (`key` + `s`) in the plural, with the number in it."""
    return note(key if number == 1 else f"{key}s", words, n=number)
