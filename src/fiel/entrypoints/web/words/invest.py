"""Words of the page Aportar."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "invest_title": ("Aportar", "Invest"),
    "invest_question": (
        "Com este dinheiro, o que exatamente compro?",
        "With this money, what exactly do I buy?",
    ),
    "invest_question_out": (
        "Para retirar este dinheiro, o que vendo?",
        "To take this money out, what do I sell?",
    ),
    "invest_amount": ("Quanto vai investir?", "How much will you invest?"),
    "invest_amount_out": ("Quanto vai retirar?", "How much will you take out?"),
    "invest_amount_hint": ("Em reais, por exemplo 1.000,50", "In reais, written like 1.000,50"),
    "invest_mode": ("O que pode ser feito", "What may be done"),
    "invest_mode_comprar": ("só comprar", "buy only"),
    "invest_mode_vender": ("pode vender", "may sell"),
    "invest_mode_retirar": ("retirar dinheiro", "take money out"),
    "invest_go": ("Calcular", "Reckon"),
    "invest_chips": ("Valores rápidos", "Quick amounts"),
    "invest_chip_more": ("+{amount}", "+{amount}"),
    "invest_chip_cash": ("=caixa {amount}", "=cash {amount}"),
    "invest_chip_clear": ("limpar", "clear"),
    "invest_cash_told": (
        "O caixa do livro, {amount}, também é investido.",
        "The book's cash, {amount}, is invested too.",
    ),
    "invest_cash_kept": ("O caixa do livro, {amount}, fica onde está.", "The book's cash, {amount}, stays."),
    "invest_limits": ("Restrições", "Limits"),
    "invest_keep_cash": ("Não mexer no caixa do livro ({amount})", "Leave the book's cash alone ({amount})"),
    "invest_old_prices": (
        "Decidir também com preços velhos demais",
        "Decide on prices that are too old, too",
    ),
    "invest_suppose": ("E se? Outros preços e alvos", "What if? Other prices and targets"),
    "invest_suppose_text": (
        "Só para esta conta: nada é gravado. Vazio vale o que está gravado.",
        "For this reckoning only: nothing is saved. Empty means what is saved.",
    ),
    "invest_suppose_prices": ("Preço por unidade (R$)", "Price per unit (R$)"),
    "invest_suppose_targets": ("Alvo (% da classe acima)", "Target (% of the class above)"),
    "invest_suppose_on": (
        "Conta de suposição: há preços ou alvos supostos.",
        "A supposition: prices or targets are supposed.",
    ),
    "invest_suppose_off": ("Voltar ao gravado", "Back to what is saved"),
    "invest_adjusted": (
        "Para somar 100%, mudaram na proporção: {names}.",
        "So that all adds up to 100%, these moved in proportion: {names}.",
    ),
    "invest_buy_asset": ("Compre {n} ativo por {amount}.", "Buy {n} asset for {amount}."),
    "invest_buy_assets": ("Compre {n} ativos por {amount}.", "Buy {n} assets for {amount}."),
    "invest_sell_asset": ("Venda {n} ativo por {amount}.", "Sell {n} asset for {amount}."),
    "invest_sell_assets": ("Venda {n} ativos por {amount}.", "Sell {n} assets for {amount}."),
    "invest_left": ("Sobram {amount}.", "{amount} is left."),
    "invest_left_no_lot": ("Sobram {amount} (nenhum lote cabe).", "{amount} is left (no lot fits)."),
    "invest_drift": ("Maior desvio: {before} → {after} p.p.", "Worst deviation: {before} → {after} pp."),
    "invest_smallest_lot": ("O menor lote custa {amount}.", "The smallest lot costs {amount}."),
    "invest_nothing": ("Nenhuma ordem.", "No order."),
    "invest_ask_amount": (
        "Digite um valor e veja na hora o que comprar.",
        "Type an amount and see at once what to buy.",
    ),
    "invest_prices_of": ("Preços de {at}", "Prices of {at}"),
    "invest_prices_until": ("valem para decidir até {at}", "good to decide on until {at}"),
    "invest_prices_none": ("Preços sem data", "Prices without a date"),
    "invest_expired": (
        "Os preços ficaram velhos demais em {at}: atualize antes de comprar.",
        "The prices became too old at {at}: bring newer ones before you buy.",
    ),
    "invest_orders": ("Ordens", "Orders"),
    "invest_col_asset": ("Ativo", "Asset"),
    "invest_col_order": ("Ordem", "Order"),
    "invest_col_buy": ("Comprar", "Buy"),
    "invest_col_sell": ("Vender", "Sell"),
    "invest_col_quantity": ("Quantidade", "Quantity"),
    "invest_col_price": ("Preço", "Price"),
    "invest_col_total": ("Total", "Total"),
    "invest_col_fee": ("Taxa", "Fee"),
    "invest_col_before": ("Antes", "Before"),
    "invest_col_after": ("Depois", "After"),
    "invest_col_target": ("Alvo", "Target"),
    "invest_col_shares": ("% da carteira", "% of the wallet"),
    "invest_col_why": ("Por quê", "Why"),
    "invest_col_off": ("Desvio depois", "Off after"),
    "invest_col_off_short": ("Desvio", "Off"),
    "invest_where": ("está em: {parts}", "is at: {parts}"),
    "invest_untaxed": (
        "Imposto destas vendas não está na conta (não é do mês): {assets}.",
        "Tax on these sales is not in the reckoning (it is not the month's): {assets}.",
    ),
    "invest_sums": ("A conta fecha", "It adds up"),
    "invest_sum_fresh": ("Dinheiro novo", "New money"),
    "invest_sum_out": ("Retirada", "Taken out"),
    "invest_sum_cash": ("caixa do livro", "cash of the book"),
    "invest_sum_sells": ("vendas", "sales"),
    "invest_sum_buys": ("compras", "purchases"),
    "invest_sum_fees": ("taxas", "fees"),
    "invest_sum_tax": ("imposto do mês", "the month's tax"),
    "invest_sum_left": ("sobra", "left"),
    "invest_sum_shares": (
        "Coluna Depois: soma {after}. Antes: soma {before}.",
        "Column After: adds up to {after}. Before: {before}.",
    ),
    "invest_skips": ("Não comprar", "Not bought"),
    "invest_skips_any": ("Sem ordem", "Without an order"),
    "invest_reason": ("{n} motivo", "{n} reason"),
    "invest_reasons": ("{n} motivos", "{n} reasons"),
    "invest_skip_line": ("{asset}: {why}", "{asset}: {why}"),
    "invest_old_price": (
        "{asset}: preço de {at}, velho demais para decidir ({source}).",
        "{asset}: the price of {at} is too old to decide on ({source}).",
    ),
    "invest_no_source": ("fonte não informada", "source not stated"),
    "invest_old_more": ("Decidir assim mesmo", "Decide all the same"),
    "invest_bars": ("Antes e depois por classe", "Before and after by class"),
    "invest_bars_legend": (
        "Barra clara: antes. Barra cheia: depois. Traço: alvo. % da carteira.",
        "Light bar: before. Full bar: after. Mark: target. % of the wallet.",
    ),
    "invest_bar_told": (
        "{label}: antes {before}, depois {after}, alvo {target}",
        "{label}: before {before}, after {after}, target {target}",
    ),
    "invest_cash_row": ("Caixa", "Cash"),
    "invest_costs_row": ("Taxas e imposto", "Fees and tax"),
    "invest_no_target": ("sem alvo", "no target"),
    "invest_zero_drift": ("Para zerar o desvio", "To zero the deviation"),
    "invest_print": ("Imprimir", "Print"),
    "invest_copy": ("Copiar ordens", "Copy orders"),
    "invest_copied": ("Ordens copiadas.", "Orders copied."),
    "invest_copy_failed": ("Não deu para copiar: selecione o texto.", "Could not copy: select the text."),
    "invest_copy_text": ("Ordens como texto", "Orders as text"),
    "invest_csv": ("CSV", "CSV"),
    "invest_save": ("Salvar plano", "Save plan"),
    "invest_bought": ("Já comprei: registrar", "I have bought: book it"),
    "invest_done_deal": ("Já negociei: registrar", "I have traded: book it"),
    "invest_simulated": (
        "Esta carteira está no rebalanceamento automático ({broker}).",
        "This wallet is in auto-rebalancing ({broker}).",
    ),
    "invest_simulated_link": ("Ver o que ele faria agora", "See what it would do now"),
    "invest_saved_plans": ("Planos salvos", "Saved plans"),
    "invest_saved_line": ("{at}: {title}", "{at}: {title}"),
    "notice_plan_saved": (
        "Plano salvo. Ele não muda mais; os preços, sim.",
        "Plan saved. It changes no more; prices do.",
    ),
    "invest_plan_title": ("Plano salvo", "Saved plan"),
    "invest_plan_question": ("O que eu tinha decidido?", "What had I decided?"),
    "invest_plan_of": (
        "Salvo em {at}. Os preços são os daquele momento: refaça a conta antes de comprar.",
        "Saved at {at}. Prices are those of that moment: reckon again before you buy.",
    ),
    "invest_plan_again": ("Refazer com os preços de agora", "Reckon again at today's prices"),
    "invest_plan_remove": ("Apagar este plano", "Delete this plan"),
    "notice_plan_removed": ("Plano apagado.", "Plan deleted."),
    "invest_missing": ("Falta o preço de {names}", "No price of {names}"),
    "invest_missing_text": (
        (
            "Sem ele não há como saber quanto a carteira vale, e nenhuma conta seria honesta. Diga o "
            "preço só para esta conta, ou veja as fontes."
        ),
        (
            "Without it nobody knows what the wallet is worth, and no reckoning would be honest. Say the "
            "price for this reckoning only, or look at the sources."
        ),
    ),
    "invest_missing_price": ("Preço de {asset} (R$ por unidade)", "Price of {asset} (R$ per unit)"),
    "invest_sources": ("Ver fontes de dados", "See data sources"),
    "invest_no_targets": ("Primeiro, os alvos", "Targets first"),
    "invest_no_targets_text": (
        (
            "Aqui você digita um valor e sabe na hora o que comprar para a carteira chegar mais perto "
            "dos seus alvos. Falta dizer quais são."
        ),
        (
            "Type an amount here and know at once what to buy so that the wallet comes closer to your "
            "targets. They are not set yet."
        ),
    ),
    "invest_no_targets_go": ("Definir meus alvos", "Set my targets"),
    "invest_failed": ("Não há plano honesto", "There is no honest plan"),
    "invest_untargeted": ("Fora dos alvos: {names}.", "Not in the targets: {names}."),
    "invest_open_orders": (
        "Há {n} ordem em aberto, que não entra na conta.",
        "{n} open order is not counted.",
    ),
    "invest_open_orderss": (
        "Há {n} ordens em aberto, que não entram na conta.",
        "{n} open orders are not counted.",
    ),
    "invest_cash_elsewhere": (
        "O caixa de {accounts} fica fora do livro e não entra na conta.",
        "The cash of {accounts} is kept outside the book and does not count.",
    ),
    "invest_tax_unknown": (
        "O imposto do mês não pôde ser calculado, por isso só compras são planejadas: {why}",
        "The month's tax could not be reckoned, so only purchases are planned: {why}",
    ),
    "invest_ambiguous": (
        "{text} pode ser {one} ou {other}. Escreva um dos dois.",
        "{text} could be {one} or {other}. Write one of them.",
    ),
    "invest_bad_number": (
        "Isto não é um valor. Escreva como 1.000,50.",
        "This is no amount. Write it like 1.000,50.",
    ),
    "invest_status": ("Plano atualizado: {n} ordem.", "Plan updated: {n} order."),
    "invest_statuss": ("Plano atualizado: {n} ordens.", "Plan updated: {n} orders."),
    "invest_status_orders": ("{n} ordem", "{n} order"),
    "invest_status_orderss": ("{n} ordens", "{n} orders"),
    "invest_proof_best": (
        "Provado: nenhum outro plano é melhor.",
        "Proven: no other plan is better.",
    ),
    "invest_proof_gap": (
        "Provado: nenhum outro plano chega mais de {gap} pontos-base mais perto dos alvos.",
        "Proven: no other plan comes more than {gap} basis points closer to the targets.",
    ),
    "invest_explain": ("Níveis e prova", "Levels and proof"),
    "invest_level_table": ("Todos os níveis, antes e depois", "Every level, before and after"),
    "bought_title": ("Registrar o que comprei", "Book what I bought"),
    "bought_question": ("O que foi executado de verdade?", "What was really executed?"),
    "bought_text": (
        (
            "Corrija o que saiu diferente na corretora. Linhas com quantidade vazia ou 0 não são "
            "registradas. Nada é gravado antes do botão."
        ),
        (
            "Correct what came out differently at the broker. Lines with an empty or 0 quantity are not "
            "booked. Nothing is saved before the button."
        ),
    ),
    "bought_day": ("Dia do pregão", "Trading day"),
    "bought_account": ("Corretora ou banco", "Broker or bank"),
    "bought_account_hint": (
        "Corretora vazia é a conta própria da carteira.",
        "An empty broker is the wallet's own account.",
    ),
    "bought_fees": ("Custos (R$)", "Costs (R$)"),
    "bought_save": ("Registrar no livro", "Book it"),
    "bought_back": ("Voltar ao plano", "Back to the plan"),
    "bought_none": ("Não há linha para registrar.", "There is no line to book."),
    "bought_short": (
        "O livro não tem o que foi vendido: {assets}. Registre antes o que falta.",
        "The book does not hold what was sold: {assets}. Book first what is missing.",
    ),
    "bought_waiting": ("{asset}: {why}", "{asset}: {why}"),
    "notice_bought": (
        "{new} lançamentos gravados; {known} já estavam no livro.",
        "{new} entries saved; {known} were in the book already.",
    ),
    "notice_bought_none": ("Tudo isto já estava no livro.", "All of this was in the book already."),
}
