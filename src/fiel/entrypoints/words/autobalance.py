"""The words of `fiel autobalance` and `fiel simulate`: their help and what they say."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

SIMULATE_EXAMPLES = (
    "Examples:\n\n"
    "- fiel simulate\n"
    "- fiel simulate --portfolios 100 --stocks 50 --waves 10,20,100 --seed 7\n"
    "- fiel simulate --fail-rate 0.05 --timeout-rate 0.02 --crash-rate 0.01 --json\n"
)

AUTOBALANCE_HELP_PT: Mapping[str, str] = MappingProxyType(
    {
        SIMULATE_EXAMPLES: SIMULATE_EXAMPLES.replace("Examples", "Exemplos"),
        "Build a fleet, move prices in waves, let everything that drifts be rebalanced, and add it all up."
        "\n\nOrders are refused, answers lost and workers killed as often as you say. Exit code 7 when a "
        "cent or a\nshare is missing, or when a portfolio is STALE that need not be.": (
            "Monta uma frota, move preços em ondas, deixa rebalancear tudo o que se desviou, e soma tudo."
            "\n\nOrdens são recusadas, respostas perdidas e trabalhadores mortos tantas vezes quanto você "
            "disser. Código de saída 7 quando falta um centavo ou uma ação, ou quando uma carteira ficou "
            "STALE sem precisar."
        ),
        "How many portfolios.": "Quantas carteiras.",
        "How many stocks there are.": "Quantas ações existem.",
        "Price changes in each wave.": "Mudanças de preço em cada onda.",
        "The same seed gives the same fleet, market and faults.": (
            "A mesma semente dá a mesma frota, o mesmo mercado e as mesmas falhas."
        ),
        "Share of orders that the exchange refuses; some of them cannot be undone either.": (
            "Parte das ordens que a bolsa recusa; algumas também não podem ser desfeitas."
        ),
        "Share of orders whose answer never comes, half of them executed.": (
            "Parte das ordens cuja resposta não vem, metade delas executada."
        ),
        "Share of the points at which a worker can die where it does.": (
            "Parte dos pontos em que um trabalhador pode morrer em que ele morre."
        ),
        "An empty database to work in, kept afterwards (default: a temporary one, thrown away).": (
            "Um banco vazio em que trabalhar, que fica (padrão: um temporário, jogado fora)."
        ),
    }
)

AUTOBALANCE_NOTES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "sim_title": ("Simulação · semente {seed}", "Simulation · seed {seed}"),
        "sim_founding": ("Montando {n} carteiras", "Founding {n} portfolios"),
        "sim_progress": (
            "Onda {wave} de {waves} · em andamento {running} · terminadas {ended} · STALE {stale}",
            "Wave {wave} of {waves} · running {running} · ended {ended} · STALE {stale}",
        ),
        "sim_rebalances": ("Rebalanceamentos", "Rebalances"),
        "sim_done": ("  concluídos", "  done"),
        "sim_rolled_back": ("  desfeitos", "  rolled back"),
        "sim_abandoned": ("  sem nada executado", "  nothing executed"),
        "sim_orders": ("Ordens na bolsa", "Orders at the exchange"),
        "sim_compensations": ("Ordens que desfazem", "Orders that undo"),
        "sim_stale": ("STALE (esperadas)", "STALE (expected)"),
        "sim_crashes": ("Trabalhadores mortos", "Workers killed"),
        "sim_duplicates": ("Ordens em duplicata", "Duplicate orders"),
        "sim_worst": ("Maior desvio no fim", "Worst deviation at the end"),
        "sim_conservation": ("Centavos e ações", "Cents and shares"),
        "sim_sound": ("conferem: custódia e bolsa", "agree: custody and exchange"),
        "sim_unsound": ("NÃO conferem", "DO NOT agree"),
        "sim_seconds": ("Tempo", "Time"),
    }
)
