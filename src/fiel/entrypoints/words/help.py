"""The help of the commands in Brazilian Portuguese, by the English text that stands in the code."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from fiel.entrypoints.words.access import ACCESS_HELP_PT
from fiel.entrypoints.words.actions import ACTIONS_HELP_PT
from fiel.entrypoints.words.api import API_HELP_PT
from fiel.entrypoints.words.autobalance import AUTOBALANCE_HELP_PT
from fiel.entrypoints.words.autobalance_help import AUTOBALANCE_DESK_HELP_PT
from fiel.entrypoints.words.bond import BOND_HELP_PT
from fiel.entrypoints.words.custody import CUSTODY_HELP_PT
from fiel.entrypoints.words.importing import IMPORT_HELP_PT
from fiel.entrypoints.words.income import INCOME_HELP_PT
from fiel.entrypoints.words.market import MARKET_HELP_PT
from fiel.entrypoints.words.operations import OPERATIONS_HELP_PT
from fiel.entrypoints.words.performance import PERFORMANCE_HELP_PT
from fiel.entrypoints.words.serving import SERVING_HELP_PT
from fiel.entrypoints.words.targets import TARGETS_HELP_PT
from fiel.entrypoints.words.tax import TAX_HELP_PT
from fiel.entrypoints.words.why import WHY_HELP_PT

#: The end of the help of `fiel`.
EXAMPLES = "Examples:\n\n- fiel demo\n- fiel init carteira.toml\n- fiel plan carteira.toml --cash 1000\n"
#: The end of the help of `fiel plan`.
PLAN_EXAMPLES = (
    "Examples:\n\n"
    "- fiel plan --cash 1000\n"
    "- fiel plan --mode full --market --explain\n"
    "- fiel plan carteira.toml --cash 1000\n"
    "- fiel plan carteira.toml --withdraw 500 --explain\n"
    "- fiel plan carteira.toml --mode full --csv\n"
    "- fiel plan --instances in/ --output out/\n\n"
)
#: The end of the help of `fiel db`.
DB_EXAMPLES = (
    "Examples:\n\n"
    "- fiel db current\n"
    "- fiel db upgrade --database postgresql://fiel@localhost/fiel\n"
    "- fiel db check --database sqlite:///livro.db\n"
)
EXIT_CODES = (
    "Exit codes: 0 done, 1 unexpected error, 2 usage or invalid input, 3 refused, 4 not found, 5 conflict, "
    "6 unavailable, 7 corrupt, 130 interrupted."
)
EXIT_CODES_PT = (
    "Códigos de saída: 0 feito, 1 erro inesperado, 2 uso ou entrada inválida, 3 recusado, 4 não encontrado, "
    "5 conflito, 6 indisponível, 7 corrompido, 130 interrompido."
)
#: Titles of the panels of the help, by what they hold.
PANELS_PT: Mapping[str, str] = MappingProxyType(
    {"argument": "Argumentos", "option": "Opções", "command": "Comandos"}
)
HELP_PT: Mapping[str, str] = MappingProxyType(
    {
        "Fiel tells exactly what to buy (or sell) to bring a portfolio back to its targets, and why.": (
            "Fiel diz exatamente o que comprar (ou vender) para a carteira voltar aos alvos, e por quê."
        ),
        EXAMPLES: EXAMPLES.replace("Examples", "Exemplos"),
        "Show the details of unexpected errors.": "Mostra os detalhes de erros inesperados.",
        "Show the version and exit.": "Mostra a versão e sai.",
        "Install completion for the current shell.": "Instala o preenchimento automático neste shell.",
        "Show completion for the current shell, to copy it or customize the installation.": (
            "Mostra o preenchimento automático deste shell, para copiar ou adaptar."
        ),
        "Show this message and exit.": "Mostra esta ajuda e sai.",
        "Plan R$ 1,000 and R$ 50,000 for an example wallet at real B3 closing prices of one recorded day.": (
            "Planeja R$ 1.000 e R$ 50.000 para uma carteira de exemplo, a preços reais de "
            "fechamento da B3 de um dia."
        ),
        "Example: fiel demo --lang en": "Exemplo: fiel demo --width 100",
        "Language of what is shown: pt or en.": "Idioma do que é mostrado: pt ou en.",
        "Columns to use (default: the terminal's).": "Colunas a usar (padrão: as do terminal).",
        "No colours (NO_COLOR=1 does the same).": "Sem cores (NO_COLOR=1 faz o mesmo).",
        "Write an example portfolio file, commented, ready to edit.": (
            "Grava um arquivo de carteira de exemplo, comentado, pronto para editar."
        ),
        "Compile the engine now (extra fast), so that nobody waits for it later.\n\n"
        "Needed once per installation, and done by itself when it is missing: `fiel serve` compiles beside\n"
        "its first minute, and a plan that is found soon does not wait. Good before measuring.": (
            "Compila o cálculo agora (extra fast), para ninguém esperar por isso depois.\n\n"
            "Basta uma vez por instalação, e acontece sozinho quando falta: `fiel serve` compila ao lado do "
            "primeiro minuto, e um plano encontrado logo não espera. Bom antes de medir."
        ),
        "Example: fiel compile": "Exemplo: fiel compile",
        "Example: fiel init carteira.toml": "Exemplo: fiel init carteira.toml",
        "The file to write.": "O arquivo a gravar.",
        "Overwrite the file if it exists.": "Sobrescreve o arquivo, se existir.",
        "Check a portfolio file and list every problem with its line; exit code 2 when there is one.": (
            "Confere um arquivo de carteira e lista todos os problemas com a linha; código "
            "de saída 2 se houver."
        ),
        "Example: fiel validate carteira.toml": "Exemplo: fiel validate carteira.toml",
        "The portfolio file (TOML).": "O arquivo da carteira (TOML).",
        "What exactly to buy or sell, why, and what the portfolio looks like before and after.": (
            "O que exatamente comprar ou vender, por quê, e como a carteira fica antes e depois."
        ),
        PLAN_EXAMPLES + EXIT_CODES: PLAN_EXAMPLES.replace("Examples", "Exemplos") + EXIT_CODES_PT,
        "New money to invest, such as 1000 or 1234.56.": "Dinheiro novo a investir, como 1000 ou 1234.56.",
        "Money to take out.": "Dinheiro a retirar.",
        "What may be done: buy only (default), buy and sell, sell only (default with --withdraw), or buy "
        "first and sell only what stays out of its band.": (
            "O que pode ser feito: só comprar (padrão), comprar e vender, só vender (padrão "
            "com --withdraw), ou "
            "comprar primeiro e vender só o que ficar fora da faixa."
        ),
        "Why each order: every level, before and after.": (
            "O porquê de cada ordem: cada nível, antes e depois."
        ),
        "The whole plan as JSON, exact decimal strings.": (
            "O plano inteiro em JSON, com decimais exatos em texto."
        ),
        "The orders as CSV.": "As ordens em CSV.",
        "How much costs weigh against deviation (1 = trade eagerly).": (
            "Quanto os custos pesam contra o desvio (1 = opera sem hesitar)."
        ),
        "The same by name: 1, 12.5 or 50.": "O mesmo por nome: 1, 12.5 ou 50.",
        "Refuse prices older than this: 90s, 30m, 12h, 5d.": (
            "Recusa preços mais velhos que isto: 90s, 30m, 12h, 5d."
        ),
        "The instant to measure ages from (ISO 8601 with zone).": (
            "O instante a partir do qual medir idades (ISO 8601 com fuso)."
        ),
        "Bound of the search; the answer then says its proven gap.": (
            "Limite da busca; a resposta diz então a folga provada."
        ),
        "One rebalancing instance (JSON) in place of a portfolio.": (
            "Uma instância de rebalanceamento (JSON) no lugar da carteira."
        ),
        "A folder: every *.json in it is an instance.": "Uma pasta: cada *.json dela é uma instância.",
        "File to write; with --instances, the folder.": "Arquivo a gravar; com --instances, a pasta.",
        "The version of the database, and its upgrades.": "A versão do banco de dados, e suas atualizações.",
        DB_EXAMPLES: DB_EXAMPLES.replace("Examples", "Exemplos"),
        "Bring the database up to the version of this program, in one transaction.": (
            "Leva o banco de dados à versão deste programa, numa só transação."
        ),
        "Show the version of the database beside the one of this program.": (
            "Mostra a versão do banco de dados ao lado da deste programa."
        ),
        "Check that the database has this program's version, and sound tables of its shape.": (
            "Confere que o banco de dados tem a versão deste programa, e tabelas íntegras com a sua forma."
        ),
        **BOND_HELP_PT,
        **CUSTODY_HELP_PT,
        **SERVING_HELP_PT,
        **OPERATIONS_HELP_PT,
        **MARKET_HELP_PT,
        **INCOME_HELP_PT,
        **TAX_HELP_PT,
        **ACCESS_HELP_PT,
        **ACTIONS_HELP_PT,
        **API_HELP_PT,
        **PERFORMANCE_HELP_PT,
        **TARGETS_HELP_PT,
        **IMPORT_HELP_PT,
        **WHY_HELP_PT,
        **AUTOBALANCE_HELP_PT,
        **AUTOBALANCE_DESK_HELP_PT,
    }
)
