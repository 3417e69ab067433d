"""The tables of B3's investor area, by the words of their headers (exports of 2023 to 2026)."""

from __future__ import annotations

from fiel.copilot.importing.headers import layout

TRADES = layout(
    "b3-negociacao",
    [
        ("day", "Data do Negócio"),
        ("side", "Tipo de Movimentação"),
        ("market", "Mercado"),
        ("expiry", "Prazo/Vencimento"),
        ("institution", "Instituição"),
        ("code", "Código de Negociação"),
        ("quantity", "Quantidade"),
        ("price", "Preço"),
        ("amount", "Valor"),
    ],
)

MOVEMENTS = layout(
    "b3-movimentacao",
    [
        ("direction", "Entrada/Saída"),
        ("day", "Data"),
        ("movement", "Movimentação"),
        ("product", "Produto"),
        ("institution", "Instituição"),
        ("quantity", "Quantidade"),
        ("price", "Preço unitário"),
        ("amount", "Valor da Operação"),
    ],
    [("account", "Conta")],
)

RECEIVED = layout(
    "b3-proventos-recebidos",
    [
        ("product", "Produto"),
        ("day", "Pagamento"),
        ("event", "Tipo de Evento"),
        ("institution", "Instituição"),
        ("quantity", "Quantidade"),
        ("price", "Preço unitário"),
        ("amount", "Valor líquido"),
    ],
    [("account", "Conta")],
)

PROVISIONED = layout(
    "b3-eventos-provisionados",
    [
        ("product", "Produto"),
        ("class", "Tipo"),
        ("event", "Tipo de Evento"),
        ("day", "Previsão de pagamento"),
        ("institution", "Instituição"),
        ("quantity", "Quantidade"),
        ("price", "Preço unitário"),
        ("amount", "Valor líquido"),
    ],
    [("account", "Conta")],
)

INCOME_SUMS = layout(
    "b3-consolidado",
    [("product", "Produto"), ("event", "Tipo de Evento"), ("amount", "Valor líquido")],
)

TRADE_SUMS = layout(
    "b3-consolidado",
    [
        ("ticker", "Código de Negociação"),
        ("period_from", "Período (Inicial)"),
        ("period_to", "Período (Final)"),
        ("institution", "Instituição"),
        ("bought", "Quantidade (Compra)"),
        ("sold", "Quantidade (Venda)"),
        ("net", "Quantidade (Líquida)"),
        ("avg_buy", "Preço Médio (Compra)"),
        ("avg_sell", "Preço Médio (Venda)"),
    ],
)

_HELD = [
    ("product", "Produto"),
    ("institution", "Instituição"),
    ("quantity", "Quantidade"),
    ("available", "Quantidade Disponível"),
    ("unavailable", "Quantidade Indisponível"),
    ("reason", "Motivo"),
]

LISTED = layout(
    "b3-posicao",
    [
        *_HELD,
        ("ticker", "Código de Negociação"),
        ("isin", "Código ISIN / Distribuição|Código ISIN"),
        ("class", "Tipo"),
        ("closing_price", "Preço de Fechamento"),
        ("value", "Valor Atualizado"),
    ],
    [
        ("account", "Conta"),
        ("cnpj", "CNPJ da Empresa|CNPJ do Fundo"),
        ("bookkeeper", "Escriturador"),
        ("administrator", "Administrador"),
    ],
)

TREASURY = layout(
    "b3-posicao",
    [
        *_HELD,
        ("isin", "Código ISIN"),
        ("index", "Indexador"),
        ("maturity", "Vencimento"),
        ("invested", "Valor Aplicado"),
        ("gross", "Valor bruto"),
        ("net", "Valor líquido"),
        ("value", "Valor Atualizado"),
    ],
    [("account", "Conta")],
)

CREDIT = layout(
    "b3-posicao",
    [
        *_HELD,
        ("issuer", "Emissor"),
        ("code", "Código"),
        ("index", "Indexador"),
        ("regime", "Tipo de regime"),
        ("issued", "Data de Emissão"),
        ("maturity", "Vencimento"),
        ("price_curve", "Preço Atualizado CURVA"),
        ("value_curve", "Valor Atualizado CURVA"),
    ],
    [
        ("account", "Conta"),
        ("counterparty", "Contraparte"),
        ("price_mtm", "Preço Atualizado MTM"),
        ("value_mtm", "Valor Atualizado MTM"),
        ("price_closing", "Preço Atualizado FECHAMENTO"),
        ("value_closing", "Valor Atualizado FECHAMENTO"),
    ],
)

LOANS = layout(
    "b3-posicao",
    [
        ("product", "Produto"),
        ("institution", "Instituição"),
        ("side", "Natureza"),
        ("contract", "Número de Contrato"),
        ("modality", "Modalidade"),
        ("fee", "Taxa"),
        ("registered", "Data de registro"),
        ("maturity", "Data de vencimento"),
        ("quantity", "Quantidade"),
        ("closing_price", "Preço de Fechamento"),
        ("value", "Valor Atualizado"),
    ],
    [
        ("account", "Conta"),
        ("opa", "OPA"),
        ("early_end", "Liquidação antecipada"),
        ("commission", "Comissão"),
    ],
)

POSITIONS = (LISTED, TREASURY, CREDIT, LOANS)
