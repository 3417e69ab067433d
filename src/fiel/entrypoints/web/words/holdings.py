"""Words of what is held, and of where each number comes from."""

from __future__ import annotations

from collections.abc import Mapping

from fiel.entrypoints.words.tax import TAX_NOTES
from fiel.entrypoints.words.why import WHY_WORDS

_REMARK = "tax_remark_"

WORDS: Mapping[str, tuple[str, str]] = {
    **{f"why_word_{name}": both for name, both in WHY_WORDS.items()},
    **{
        f"hold_remark_{key.removeprefix(_REMARK)}": both
        for key, both in TAX_NOTES.items()
        if key.startswith(_REMARK)
    },
    "hold_question": ("O que você tem, e de onde veio cada número?", "What do you hold, and why so much?"),
    "hold_answer": (
        "Você tem {total}: 1 ativo e {cash} em dinheiro.",
        "You hold {total}: 1 asset and {cash} in cash.",
    ),
    "hold_answers": (
        "Você tem {total}: {n} ativos e {cash} em dinheiro.",
        "You hold {total}: {n} assets and {cash} in cash.",
    ),
    "hold_result_gain": (
        "Valem {amount} a mais que custaram ({share} do custo).",
        "Worth {amount} more than they cost ({share} of the cost).",
    ),
    "hold_result_loss": (
        "Valem {amount} a menos que custaram ({share} do custo).",
        "Worth {amount} less than they cost ({share} of the cost).",
    ),
    "hold_unpriced": (
        "Fora da soma, sem preço: {names}.",
        "Not in the sum, no price: {names}.",
    ),
    "hold_all_unpriced": (
        "Você tem {n} ativo, que custou {cost}; nenhum preço guardado ainda.",
        "You hold {n} asset, which cost {cost}; no price is kept yet.",
    ),
    "hold_all_unpriceds": (
        "Você tem {n} ativos, que custaram {cost}; nenhum preço guardado ainda.",
        "You hold {n} assets, which cost {cost}; no price is kept yet.",
    ),
    "hold_fetch": ("Buscar preços", "Ask for prices"),
    "notice_hold_prices": ("Preços buscados.", "Prices were asked for."),
    "notice_hold_prices_failed": (
        "As fontes não responderam; vale o que está guardado.",
        "The services did not answer; what is kept holds.",
    ),
    "hold_open": ("Em carteira", "Held"),
    "hold_closed": ("Encerradas", "Closed"),
    "hold_empty_title": ("Sua carteira aparece aqui", "Your holdings will be here"),
    "hold_empty_text": (
        "Importe o extrato da B3, ou cadastre o que você tem à mão.",
        "Import the statement of B3, or type what you hold by hand.",
    ),
    "hold_empty_main": ("Importar extrato da B3", "Import the statement of B3"),
    "hold_by_hand": ("Cadastrar à mão", "Type it by hand"),
    "hold_caption": (
        (
            "Valores em reais nos últimos preços guardados; % da carteira é parte do total com preço e "
            "dinheiro; resultado é valor menos custo, sem proventos."
        ),
        (
            "Values in reais at the last kept prices; % of the wallet is of the total with a price and "
            "cash; the result is value less cost, without income."
        ),
    ),
    "hold_asset": ("Ativo", "Asset"),
    "hold_value": ("Valor", "Value"),
    "hold_share": ("% da carteira", "% of wallet"),
    "hold_result": ("Resultado", "Result"),
    "hold_result_share": ("% do custo", "% of cost"),
    "hold_quantity": ("Quantidade", "Quantity"),
    "hold_average": ("Preço médio", "Average cost"),
    "hold_price_now": ("preço {price}", "price {price}"),
    "hold_price": ("Preço", "Price"),
    "hold_account": ("Conta", "Account"),
    "hold_cost": ("Custo", "Cost"),
    "hold_cash": ("Dinheiro", "Cash"),
    "hold_total": ("Total", "Total"),
    "hold_more": ("mais", "more"),
    "hold_up": ("ganho", "gain"),
    "hold_down": ("perda", "loss"),
    "hold_closed_caption": (
        "O que você já teve. Resultado: o que as vendas renderam menos o custo médio, sem proventos.",
        "What you once held. Result: what the sales brought less average cost, without income.",
    ),
    "hold_closed_none": ("Nada foi encerrado ainda.", "Nothing was closed yet."),
    "hold_realised": ("Resultado das vendas", "Result of sales"),
    "hold_last_day": ("Último movimento", "Last movement"),
    "hold_foreign": ("Em outras moedas (fora da soma)", "In other currencies (not in the sum)"),
    "hold_remarks": ("Para conferir", "To check"),
    "hold_actions_title": ("Eventos pendentes", "Pending events"),
    "hold_actions_text": (
        "O mercado conta estes eventos, e a carteira ainda não os tem.",
        "The market tells these events, and the wallet does not have them yet.",
    ),
    "hold_action_line": (
        "{day} {asset}: {kind} ({terms})",
        "{day} {asset}: {kind} ({terms})",
    ),
    "hold_action_split": ("desdobramento", "split"),
    "hold_action_reverse_split": ("grupamento", "reverse split"),
    "hold_action_bonus": ("bonificação", "bonus"),
    "hold_action_lacks": (
        "Falta dado: registre com a proporção do aviso da empresa.",
        "Something lacks: book it with the ratio that the company told.",
    ),
    "hold_action_accept": ("Registrar", "Book"),
    "notice_hold_action": ("Evento registrado.", "Event booked."),
    "hold_one_question": (
        "Quanto {asset} vale para você, e por quê?",
        "What is {asset} worth to you, and why?",
    ),
    "hold_one_answer": (
        "{quantity} unidades valem {value}; custaram {cost}.",
        "{quantity} units are worth {value}; they cost {cost}.",
    ),
    "hold_one_unpriced": (
        "{quantity} unidades que custaram {cost}; sem preço guardado.",
        "{quantity} units that cost {cost}; no price is kept.",
    ),
    "hold_one_closed": (
        "Você não tem mais {asset}: as vendas deixaram {realised}.",
        "You hold {asset} no more: its sales left {realised}.",
    ),
    "hold_steps": ("Preço médio, passo a passo", "Average cost, step by step"),
    "hold_steps_caption": (
        (
            "Cada dia em que algo mudou, o mais recente primeiro. Custos de compra entram no preço médio; "
            "vendas não o mudam."
        ),
        (
            "Each day on which something changed, latest first. Fees of buying are in the average; sales "
            "leave it as it is."
        ),
    ),
    "hold_steps_left": ("{n} dias mais antigos não são mostrados.", "{n} older days are not shown."),
    "hold_step_buy": ("compra {quantity} a {price}", "bought {quantity} at {price}"),
    "hold_step_sell": ("venda {quantity} a {price}", "sold {quantity} at {price}"),
    "hold_step_fees": ("custos {fees}", "fees {fees}"),
    "hold_step_Opening": ("saldo inicial", "opening"),
    "hold_step_Renamed": ("mudança de código", "new ticker"),
    "hold_step_Split": ("desdobramento ou grupamento", "split"),
    "hold_step_Bonus": ("bonificação", "bonus"),
    "hold_step_Amortisation": ("amortização", "capital return"),
    "hold_step_Left": ("saída sem venda", "left without a sale"),
    "hold_step_other": ("evento da empresa", "corporate action"),
    "hold_after_quantity": ("Quantidade depois", "Quantity after"),
    "hold_after_average": ("Preço médio depois", "Average after"),
    "hold_what": ("O que houve", "What happened"),
    "hold_day": ("Data", "Date"),
    "hold_lots": ("Lotes por idade", "Lots by age"),
    "hold_lots_caption": (
        "Primeiro a entrar, primeiro a sair. Só informação: o imposto usa o preço médio.",
        "First in, first out. For information: tax uses the average cost.",
    ),
    "hold_lot_day": ("Comprado em", "Bought on"),
    "hold_accounts": ("Onde está", "Where it is"),
    "hold_entries": ("Lançamentos", "Entries"),
    "hold_entries_all": ("Ver todos os lançamentos de {asset}", "See all entries of {asset}"),
    "hold_why": ("De onde veio", "Where it comes from"),
    "hold_back": ("Voltar à carteira", "Back to the holdings"),
    "why_question": ("De onde vem este número?", "Where does this number come from?"),
    "why_answer": (
        "{measure} de {scope}: 1 lançamento, de {first} a {until}.",
        "{measure} of {scope}: 1 entry, from {first} to {until}.",
    ),
    "why_answers": (
        "{measure} de {scope}: {n} lançamentos, de {first} a {until}.",
        "{measure} of {scope}: {n} entries, from {first} to {until}.",
    ),
    "why_beginning": ("o começo", "the beginning"),
    "why_kind_col": ("Lançamento", "Entry"),
    "why_cash_col": ("Dinheiro", "Cash"),
    "why_fee_col": ("Custos", "Fees"),
    "why_withheld_col": ("Imposto retido", "Tax withheld"),
    "why_source_col": ("Origem", "Source"),
    "why_row": ("{file}, linha {row}", "{file}, row {row}"),
    "why_typed": ("digitado", "typed"),
    "why_journal": ("diário {id}", "journal {id}"),
    "why_left": ("Mais {n} lançamentos não são mostrados.", "{n} more entries are not shown."),
    "why_kind_DEPOSIT": ("depósito", "deposit"),
    "why_kind_WITHDRAWAL": ("saque", "withdrawal"),
    "why_kind_TRANSFER": ("transferência ou saldo inicial", "transfer or opening"),
    "why_kind_ADJUSTMENT": ("ajuste", "adjustment"),
    "why_kind_INCOME": ("provento", "income"),
    "why_kind_CAPITAL_RETURN": ("amortização", "capital return"),
    "why_kind_TRADE": ("negócio", "trade"),
    "why_kind_FEE": ("taxa", "fee"),
    "why_kind_TAX": ("imposto", "tax"),
    "why_kind_SHARES": ("evento da empresa", "corporate action"),
    "why_kind_FILL": ("execução de ordem", "fill of an order"),
    "why_kind_CORRECTION": ("correção", "correction"),
}
