"""The help of `fiel autobalance`, `fiel worker autobalance` and `fiel dev exchange` in Portuguese."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from fiel.entrypoints.words.autobalance_desk import (
    AUTOBALANCE_EXAMPLES,
    DRY_RUN_EXAMPLES,
    ENROLL_EXAMPLES,
    EXCHANGE_EXAMPLES,
    RUN_EXAMPLES,
)

_COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        **{
            examples: examples.replace("Examples", "Exemplos")
            for examples in (
                AUTOBALANCE_EXAMPLES,
                ENROLL_EXAMPLES,
                DRY_RUN_EXAMPLES,
                RUN_EXAMPLES,
                EXCHANGE_EXAMPLES,
            )
        },
        "Example: fiel autobalance status ana": "Exemplo: fiel autobalance status ana",
        "Example: fiel autobalance history ana --limit 5": "Exemplo: fiel autobalance history ana --limit 5",
        'Example: fiel autobalance pause ana --reason "holidays"': (
            'Exemplo: fiel autobalance pause ana --reason "férias"'
        ),
        'Example: fiel autobalance resume ana --reason "back"': (
            'Exemplo: fiel autobalance resume ana --reason "voltei"'
        ),
        'Example: fiel autobalance clear-stale ana --reason "PETR4 was sold"': (
            'Exemplo: fiel autobalance clear-stale ana --reason "PETR4 foi vendida"'
        ),
        "Example: fiel autobalance test-alerts": "Exemplo: fiel autobalance test-alerts",
        "Keep portfolios near their targets: whose, when, through which broker; what was done, and "
        "why not.": (
            "Mantém carteiras perto dos alvos: quais, quando, por qual corretora; o que foi feito, e por que "
            "não."
        ),
        "Balance an account of the book from now on, or otherwise than before. Nothing is traded yet.\n\nOf "
        "the targets it takes the tree, lots, bands, strategy and the cash to keep; taxes, fees and limits "
        "of\nweight in them are not used. What the account holds beside the targets is left alone.": (
            "Rebalanceia uma conta do livro a partir de agora, ou de outro jeito que antes. Nada é negociado "
            "ainda.\n\nDos alvos valem a árvore, os lotes, as bandas, a estratégia e o caixa a manter; "
            "impostos, custos e limites de peso neles não são usados. O que a conta tem fora dos alvos fica "
            "como está."
        ),
        "Show what would be ordered now, in which stages and at which limits, or why nothing would be.\n\nAt "
        "the prices given or kept; nothing is written and nothing is sent.": (
            "Mostra o que seria ordenado agora, em que etapas e com que limites, ou por que nada "
            "seria.\n\nAos "
            "preços dados ou guardados; nada é gravado e nada é enviado."
        ),
        "Run the auto-balancer here, as `fiel worker autobalance` does; with --once, one look and its "
        "batches.\n\nOrders go through the broker of FIEL_AUTOBALANCE_BROKER, for the portfolios that are "
        "enrolled with it.": (
            "Roda o rebalanceador aqui, como `fiel worker autobalance`; com --once, uma olhada e seus lotes."
            "\n\nAs ordens vão pela corretora de FIEL_AUTOBALANCE_BROKER, das carteiras inscritas com ela."
        ),
        "Show how a portfolio stands: what runs, what nobody knows, and why nothing was "
        "done.\n\nWithout one: "
        "counts, and all that are stale, paused, in progress or in doubt.": (
            "Mostra como está uma carteira: o que roda, o que ninguém sabe, e por que nada foi feito.\n\nSem "
            "carteira: os totais, e todas as STALE, pausadas, em andamento ou em dúvida."
        ),
        "Show the batches of a portfolio, the latest first: orders, tries, executions, what undoing cost."
        "\n\nBelow them what people decided. Money is in the account's currency, prices per unit.": (
            "Mostra os lotes de uma carteira, o último primeiro: ordens, envios, execuções, o custo "
            "de desfazer."
            "\n\nAbaixo, o que pessoas decidiram. Valores na moeda da conta, preços por unidade."
        ),
        "Begin no more batches of a portfolio; one that runs goes on to its end.": (
            "Não começa mais lotes de uma carteira; o que roda vai até o fim."
        ),
        "Balance a paused portfolio again. A STALE one is cleared with `clear-stale`, after somebody "
        "looked.": (
            "Volta a rebalancear uma carteira pausada. Uma STALE é liberada com `clear-stale`, depois que "
            "alguém olhou."
        ),
        "Let a STALE portfolio be balanced again, after a person looked at what the broker really did.\n\n"
        "Refused while the broker may have an order that nobody knows the outcome of. The reason stays for "
        "ever.": (
            "Deixa rebalancear de novo uma carteira STALE, depois que uma pessoa viu o que a "
            "corretora fez de "
            "fato.\n\nRecusado enquanto a corretora puder ter uma ordem de desfecho desconhecido. O "
            "motivo fica "
            "para sempre."
        ),
        "Send one message to each channel of alerts that the settings name: log, webhook, e-mail.\n\nExit "
        "code 6 when one did not go out.": (
            "Envia uma mensagem a cada canal de alertas das configurações: log, webhook, "
            "e-mail.\n\nCódigo de "
            "saída 6 quando alguma não saiu."
        ),
        "Keep enrolled portfolios near their targets: prices in, batches of orders out, until stopped.\n\n"
        "SIGTERM or Ctrl-C: running batches get some seconds to end, the rest is given back, and the exit "
        "code\nis 0. Orders go through the broker of FIEL_AUTOBALANCE_BROKER.": (
            "Mantém as carteiras inscritas perto dos alvos: entram preços, saem lotes de ordens, até ser "
            "parado.\n\nSIGTERM ou Ctrl-C: os lotes em andamento têm alguns segundos para terminar, "
            "o resto é "
            "devolvido, e o código de saída é 0. As ordens vão pela corretora de FIEL_AUTOBALANCE_BROKER."
        ),
        "Serve an exchange that takes limit orders against one price per ticker, until stopped.\n\nIt has no "
        "users and no secrets: whoever reaches the address may trade for anybody. Set\n"
        "FIEL_AUTOBALANCE_BROKER=exchange and FIEL_EXCHANGE_URL to the address shown.": (
            "Serve uma bolsa que aceita ordens limitadas contra um preço por ativo, até ser "
            "parada.\n\nNão tem "
            "usuários nem segredos: quem alcança o endereço negocia por qualquer um. Use "
            "FIEL_AUTOBALANCE_BROKER=exchange e FIEL_EXCHANGE_URL com o endereço mostrado."
        ),
    }
)

_OPTIONS: Mapping[str, str] = MappingProxyType(
    {
        "The account of the book that is balanced.": "A conta do livro que é rebalanceada.",
        "A portfolio file (TOML) that says what it should look like (default: its `fiel targets`).": (
            "Um arquivo de carteira (TOML) que diz o que ela deve ser (padrão: seus `fiel targets`)."
        ),
        "Through whom its orders go (default: FIEL_AUTOBALANCE_BROKER, else paper).": (
            "Por quem vão suas ordens (padrão: FIEL_AUTOBALANCE_BROKER, senão paper)."
        ),
        "Act when a class or asset is further from its target than this, in points of the whole (default: "
        "the file's strategy, else FIEL_AUTOBALANCE_THRESHOLD).": (
            "Age quando uma classe ou ativo está mais longe do alvo que isto, em pontos do total (padrão: a "
            "estratégia do arquivo, senão FIEL_AUTOBALANCE_THRESHOLD)."
        ),
        "The same in percent of the target; the nearer counts.": (
            "O mesmo em por cento do alvo; vale o mais estreito."
        ),
        "Act on dates; with --threshold or --relative, on dates and only out of band.": (
            "Age em datas; com --threshold ou --relative, em datas e só fora da banda."
        ),
        "Leave it alone after a batch for so long: 15m, 1d.": (
            "Depois de um lote, deixa-a em paz por este tempo: 15m, 1d."
        ),
        "When orders may go out, on business days.": "Quando ordens podem sair, em dias úteis.",
        "Older prices are no prices: 5m, 90s.": "Preços mais velhos não são preços: 5m, 90s.",
        "How many times its cost a batch must gain.": "Quantas vezes o seu custo um lote precisa ganhar.",
        "The lot of every asset, such as 1 or 0.001 (default: each asset's own).": (
            "O lote de todos os ativos, como 1 ou 0.001 (padrão: o de cada ativo)."
        ),
        "Who says so (default: the user of this machine).": "Quem o diz (padrão: o usuário desta máquina).",
        "Why; kept for ever.": "Por quê; fica para sempre.",
        "A price to reckon with, as of now (default: the last one that is kept). May be repeated.": (
            "Um preço com que calcular, de agora (padrão: o último guardado). Pode ser repetida."
        ),
        "Every class and asset: target, what there is, its band.": (
            "Cada classe e ativo: o alvo, o que há, a banda."
        ),
        "Look at everybody once, run what is out of band to its end, and end.": (
            "Olha todas uma vez, leva até o fim as que estão fora da banda, e termina."
        ),
        "Which part of the portfolios to watch: 0/4 to 3/4 in four processes; none: watch nobody, only do "
        "what others ask for.": (
            "Que parte das carteiras observar: 0/4 a 3/4 em quatro processos; none: não observar nenhuma, só "
            "fazer o que outros pedem."
        ),
        "Portfolios that are planned together.": "Carteiras planejadas juntas.",
        "The account of the book (default: all that are not quietly active).": (
            "A conta do livro (padrão: todas as que não estão ativas em paz)."
        ),
        "The same seed gives the same faults.": "A mesma semente dá as mesmas falhas.",
        "Share of orders that are refused.": "Parte das ordens que são recusadas.",
        "Share of orders that nobody answers; half of them are taken.": (
            "Parte das ordens que ninguém responde; metade delas é aceita."
        ),
        "Longest time to an answer.": "Maior tempo até uma resposta.",
        "Keep everything that is done here: the same file is the same exchange.": (
            "Guarda tudo o que se faz aqui: o mesmo arquivo é a mesma bolsa."
        ),
        "Tell executions as order events on this Kafka (default: nobody).": (
            "Conta execuções como eventos de ordens neste Kafka (padrão: a ninguém)."
        ),
        "Fee of an order (default: custody's).": "Custo de uma ordem (padrão: o da custódia).",
        "The same as an amount per order.": "O mesmo como valor por ordem.",
    }
)

AUTOBALANCE_DESK_HELP_PT: Mapping[str, str] = MappingProxyType({**_COMMANDS, **_OPTIONS})
