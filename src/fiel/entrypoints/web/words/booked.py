"""Words of what can be booked, shared by imports, entries and holdings."""

from __future__ import annotations

from collections.abc import Mapping

from fiel.entrypoints.words.importing import IMPORT_NOTES

_KIND = "import_kind_"

WORDS: Mapping[str, tuple[str, str]] = {
    **{key.removeprefix("import_"): both for key, both in IMPORT_NOTES.items() if key.startswith(_KIND)},
    "field_kind": ("Tipo", "Kind"),
    "field_day": ("Data", "Date"),
    "field_asset": ("Ativo", "Asset"),
    "field_quantity": ("Quantidade", "Quantity"),
    "field_price": ("Preço por unidade (R$)", "Price per unit (R$)"),
    "field_amount": ("Valor total (R$)", "Total amount (R$)"),
    "field_fees": ("Custos (R$)", "Fees (R$)"),
    "field_taxes": ("Imposto retido (R$)", "Tax withheld (R$)"),
    "field_account": ("Corretora ou banco", "Broker or bank"),
    "field_to_account": ("Vai para", "Goes to"),
    "field_note": ("Anotação", "Note"),
    "own_account": ("sem corretora", "no broker"),
    "entry_problem_number_malformed": (
        "“{text}” não é um número. Escreva como 1.000,50.",
        "“{text}” is no number. Write it like 1.000,50.",
    ),
    "entry_problem_number_ambiguous": (
        "“{text}” pode ser {one} ou {other}. Escreva um dos dois.",
        "“{text}” could be {one} or {other}. Write one of them.",
    ),
    "entry_problem_number_missing": ("Escreva um número.", "Write a number."),
    "entry_problem_date_malformed": (
        "Não é uma data. Escreva como 31/03/2025.",
        "That is no date. Write it like 31/03/2025.",
    ),
    "entry_problem_value_missing": ("Falta este valor.", "This value is missing."),
    "entry_problem_kind_unknown": ("Escolha um tipo da lista.", "Choose a kind of the list."),
    "entry_problem_account_malformed": (
        "O nome da corretora precisa de letras.",
        "The name of a broker needs letters.",
    ),
    "entry_problem_text_too_long": ("Escreva de 1 a 100 letras.", "Write 1 to 100 letters."),
    "entry_problem_ticker_malformed": (
        "O código tem só letras e números, como PETR4.",
        "The code has letters and digits only, like PETR4.",
    ),
    "entry_problem_opening_malformed": (
        "Escreva o preço médio de antes, como 20,50.",
        "Write the average cost from before, like 20,50.",
    ),
    "entry_problem_other": ("{text}", "{text}"),
}
