"""Words of the overview and of the first visit."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "overview_question": (
        "Quanto tenho, estou no plano, o que faço agora?",
        "What do I have, am I on plan, what now?",
    ),
    "ov_total": ("Patrimônio", "Net worth"),
    "ov_total_basis": (
        "Posições ao último preço guardado + {cash} em caixa. Sem dívidas nem o que está fora do livro.",
        "Positions at the last price kept + {cash} in cash. Without debts or what is outside the book.",
    ),
    "ov_total_partial": (
        "Soma parcial: sem preço de {names}.",
        "A part only: no price of {names}.",
    ),
    "ov_last_day": (
        "{change} no último dia com preços ({day})",
        "{change} on the last day with prices ({day})",
    ),
    "ov_gained": ("Rendeu {gain} em 12 meses", "Gained {gain} in 12 months"),
    "ov_lost": ("Perdeu {gain} em 12 meses", "Lost {gain} in 12 months"),
    "ov_gained_since": ("Rendeu {gain} desde {day}", "Gained {gain} since {day}"),
    "ov_lost_since": ("Perdeu {gain} desde {day}", "Lost {gain} since {day}"),
    "ov_twr": ("rentabilidade da carteira (TWR) {twr}", "return of the wallet (TWR) {twr}"),
    "ov_cdi": ("CDI {cdi}", "CDI {cdi}"),
    "ov_of_cdi": ("{of} do CDI", "{of} of the CDI"),
    "ov_real": ("{real} acima da inflação (IPCA)", "{real} above inflation (IPCA)"),
    "ov_real_below": ("{real} abaixo da inflação (IPCA)", "{real} below inflation (IPCA)"),
    "ov_gain_unknown": (
        "Sem rentabilidade ainda: nada aconteceu no livro antes de hoje, ou faltam índices.",
        "No performance yet: nothing happened in the book before today, or rates are missing.",
    ),
    "ov_on_plan": (
        "No plano: os {n} grupos e ativos com faixa estão dentro dela.",
        "On plan: all {n} groups and assets with a band are within it.",
    ),
    "ov_out": (
        "{out} de {n} grupos e ativos fora da faixa.",
        "{out} of {n} groups and assets are out of their band.",
    ),
    "ov_worst_above": (
        "Maior desvio: {name} {share} do investido, alvo {target} ({points}).",
        "Largest drift: {name} {share} of what is invested, target {target} ({points}).",
    ),
    "ov_no_bands": (
        "Alvos sem faixa: o desvio é mostrado, sem dizer o que é demais.",
        "Targets without bands: drift is shown, without saying what is too much.",
    ),
    "ov_no_targets": (
        "Defina seus alvos para saber se está no plano.",
        "Set targets to know if you are on plan.",
    ),
    "ov_no_tree": (
        "O plano não pode ser comparado agora: {why}",
        "The plan cannot be compared now: {why}",
    ),
    "ov_no_tree_prices": ("falta o preço de {names}.", "no price of {names}."),
    "ov_see_targets": ("Ver alvos", "See targets"),
    "ov_set_targets": ("Definir alvos", "Set targets"),
    "ov_next": ("Próximos proventos", "Next payments"),
    "ov_calendar": ("Ver calendário", "See calendar"),
    "ov_next_none": (
        "Nenhum provento anunciado ou estimado para os próximos meses.",
        "No payment announced or estimated for the months to come.",
    ),
    "ov_state_announced": ("anunciado", "announced"),
    "ov_state_confirmed": ("confirmado", "confirmed"),
    "ov_state_estimated": ("estimado", "estimated"),
    "ov_line_title": ("12 meses: carteira e referências", "12 months: wallet and benchmarks"),
    "ov_line_basis": (
        "Variação acumulada da cota desde {day}, em %; aportes não mudam a cota.",
        "Change of the quota since {day}, in %; contributions do not change the quota.",
    ),
    "ov_line_answer": (
        "Desde {day} a carteira rendeu {twr}; CDI {cdi}.",
        "Since {day} the wallet made {twr}; CDI {cdi}.",
    ),
    "ov_line_more": ("Ver rentabilidade", "See performance"),
    "ov_wallet_line": ("Carteira", "Wallet"),
    "ov_moves": ("Aportes e retiradas", "Contributions and withdrawals"),
    "ov_day": ("Dia", "Day"),
    "ov_tree_title": ("Alvo e atual, em % da carteira", "Target and actual, in % of the wallet"),
    "ov_tree_title_invested": (
        "Alvo e atual, em % do investido (sem o caixa)",
        "Target and actual, in % of what is invested (without cash)",
    ),
    "ov_tree_caption": (
        "Barra: atual. Traço: alvo. Área clara: faixa. Desvio em pontos percentuais (p.p.) do mesmo todo.",
        "Bar: actual. Tick: target. Light area: band. Drift in percentage points (pp) of the same whole.",
    ),
    "ov_tree_name": ("Grupo", "Group"),
    "ov_tree_value": ("Valor", "Value"),
    "ov_tree_share": ("Atual", "Actual"),
    "ov_tree_target": ("Alvo", "Target"),
    "ov_tree_drift": ("Desvio", "Drift"),
    "ov_tree_state": ("Situação", "State"),
    "ov_todo": ("Pendências", "To do"),
    "ov_todo_none": ("Nada a resolver.", "Nothing to look after."),
    "ov_todo_unpriced": ("{n} ativos sem preço: {names}", "{n} assets without a price: {names}"),
    "ov_todo_stale": ("{n} preços desatualizados: {names}", "{n} prices out of date: {names}"),
    "ov_todo_late": ("{n} proventos atrasados", "{n} late payments"),
    "ov_todo_accept": ("{n} proventos a conferir", "{n} payments to check"),
    "ov_todo_untargeted": ("{n} ativos fora dos alvos: {names}", "{n} assets not in the targets: {names}"),
    "ov_todo_lacking": ("{n} referências sem dado: {names}", "{n} benchmarks without data: {names}"),
    "ov_buy": ("O que compro agora?", "What do I buy now?"),
    "ov_paid": ("O que vou receber?", "What will I be paid?"),
    "ov_doing": ("Como estou indo?", "How am I doing?"),
    "ov_three": ("As três perguntas", "The three questions"),
    "ov_empty_title": ("Seu livro está vazio", "Your book is empty"),
    "ov_empty_text": (
        (
            "Aqui ficarão seu patrimônio, o desvio dos seus alvos e os próximos proventos. "
            "Comece com um extrato da B3: nada é gravado antes de você conferir."
        ),
        (
            "Here will be your net worth, the drift from your targets and the next payments. "
            "Begin with a B3 statement: nothing is stored before you check it."
        ),
    ),
    "ov_empty_import": ("Importar extrato da B3", "Import a B3 statement"),
    "ov_empty_type": ("Cadastrar à mão", "Type it in"),
    "ov_empty_demo": ("Ver demonstração", "See a demonstration"),
    "notice_demo_left": (
        "Demonstração encerrada; este é o seu livro.",
        "Demonstration closed; this is your book.",
    ),
}
