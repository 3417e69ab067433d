"""Why a row is not simply imported, why a file cannot be read, and what layouts are called."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "imp_problem_number_malformed": (
        "{column}: “{value}” não é um número. Ex.: 1.000,5 ou 100,5",
        "{column}: “{value}” is no number. E.g. 1.000,5 or 100,5",
    ),
    "imp_problem_date_malformed": (
        "{column}: “{value}” não é uma data. Ex.: 31/03/2025",
        "{column}: “{value}” is no date. E.g. 31/03/2025",
    ),
    "imp_problem_value_missing": (
        "{column}: a célula está vazia, e a linha precisa dela.",
        "{column}: the cell is empty, and the row needs it.",
    ),
    "imp_problem_value_not_positive": (
        "{column}: “{value}” não é maior que zero.",
        "{column}: “{value}” is not above zero.",
    ),
    "imp_problem_value_negative": (
        "{column}: “{value}” é negativo.",
        "{column}: “{value}” is negative.",
    ),
    "imp_problem_side_unknown": (
        "{column}: “{value}” não é Compra nem Venda.",
        "{column}: “{value}” is neither Compra nor Venda.",
    ),
    "imp_problem_cells_beyond_header": (
        "A linha tem mais células que o cabeçalho.",
        "The row has more cells than the header.",
    ),
    "imp_problem_sheet_not_recognised": ("Esta aba não foi lida.", "This sheet was not read."),
    "imp_problem_option": (
        "É uma opção: o Fiel ainda não a lança. Ignore, ou corrija se for outro ativo.",
        "This is an option, which Fiel does not book yet. Ignore it, or correct it if it is another asset.",
    ),
    "imp_problem_market_unknown": (
        "O mercado desta linha não é conhecido. Se é uma compra ou venda à vista, corrija.",
        "The market of this row is not known. If it is a spot trade, correct it.",
    ),
    "imp_problem_code_unknown": (
        "O código não é da B3. Corrija o ativo.",
        "The code is not one of B3. Correct the asset.",
    ),
    "imp_problem_value_differs": (
        "Quantidade × preço não dá o valor impresso. Corrija o que estiver errado.",
        "Quantity × price is not the printed amount. Correct what is wrong.",
    ),
    "imp_problem_bonus_without_cost": (
        "Bonificação sem custo por ação: informe o preço do aviso da empresa.",
        "A bonus without its cost per share: say the price that the company told.",
    ),
    "imp_problem_day_missing": ("Falta a data.", "The date is missing."),
    "imp_problem_amount_missing": ("Falta o valor.", "The amount is missing."),
    "imp_problem_ticker_missing": (
        "Falta o código de “{name}”.",
        "The code of “{name}” is missing.",
    ),
    "imp_problem_cash_kept_elsewhere": (
        "Esta conta não guarda dinheiro na carteira: depósitos e saques não entram.",
        "This account keeps no cash in the wallet: deposits and withdrawals have no place.",
    ),
    "imp_problem_opening_differs": (
        "Este saldo inicial já está na carteira com outro custo: estorne o de antes primeiro.",
        "This opening is in the wallet at another cost: reverse that one first.",
    ),
    "imp_problem_settlement_leg": ("Liquidação de um negócio: já está na Negociação.", "Settlement leg."),
    "imp_problem_repeats_trade": (
        "Repete um negócio da Negociação: importe aquela, que tem todos.",
        "It repeats a trade of Negociação: import that report, which has them all.",
    ),
    "imp_problem_custody_update": (
        "Atualização da custódia, sem negócio nem dinheiro.",
        "Custody update, no trade and no cash.",
    ),
    "imp_problem_provision_only": ("Anunciado, não recebido.", "Announced, not received."),
    "imp_problem_transfer_counterpart": (
        "Outra ponta de uma transferência que entra.",
        "Other end of a transfer that is booked.",
    ),
    "imp_problem_lending": ("Aluguel: continua seu, sem negócio.", "Lending: still owned, no trade."),
    "imp_problem_right_received": ("Direito de subscrição recebido.", "Subscription right received."),
    "imp_problem_right_expired": ("Direito não exercido: nada foi pago.", "Right not exercised."),
    "imp_problem_reverse_split": (
        "Grupamento: confira com a posição ou com o fator anunciado.",
        "Reverse split: check it against the position or the announced factor.",
    ),
    "imp_problem_merger": (
        "Incorporação: a proporção e o custo não estão no arquivo.",
        "Merger: ratio and cost are not in the file.",
    ),
    "imp_problem_spin_off": (
        "Cisão: a proporção e o custo não estão no arquivo.",
        "Spin-off: ratio and cost are not in the file.",
    ),
    "imp_problem_conversion": (
        "Conversão: a proporção e o custo não estão no arquivo.",
        "Conversion: ratio and cost are not in the file.",
    ),
    "imp_problem_future": (
        "Contratos futuros não são lançados, nem datas que ainda não chegaram.",
        "Futures are not booked, nor dates that have not come yet.",
    ),
    "imp_problem_quantity_missing": (
        "A linha não diz a quantidade: informe.",
        "The row has no quantity: say it.",
    ),
    "imp_problem_exit_without_value": (
        "Saiu sem valor: vencimento pago noutro lugar, ou incorporação. Corrija ou ignore.",
        "Left without a value: a maturity paid elsewhere, or a merger. Correct or ignore it.",
    ),
    "imp_problem_movement_unknown": (
        "Este tipo de movimentação não é conhecido. Corrija ou ignore.",
        "This kind of movement is not known. Correct or ignore it.",
    ),
    "imp_problem_other": ("{text}", "{text}"),
    "imp_problem_left": ("Não gera lançamento.", "It makes no entry."),
    "imp_column_day": ("Data", "Date"),
    "imp_column_date": ("Data", "Date"),
    "imp_column_code": ("Código", "Code"),
    "imp_column_ticker": ("Código", "Code"),
    "imp_column_side": ("Compra ou venda", "Buy or sell"),
    "imp_column_quantity": ("Quantidade", "Quantity"),
    "imp_column_price": ("Preço", "Price"),
    "imp_column_amount": ("Valor", "Amount"),
    "imp_column_value": ("Valor", "Amount"),
    "imp_column_product": ("Produto", "Product"),
    "imp_column_movement": ("Movimentação", "Movement"),
    "imp_column_institution": ("Instituição", "Institution"),
    "imp_column_market": ("Mercado", "Market"),
    "imp_column_expiry": ("Prazo/Vencimento", "Expiry"),
    "imp_layout_b3_negociacao": ("B3 Negociação", "B3 Negociação"),
    "imp_layout_b3_movimentacao": ("B3 Movimentação", "B3 Movimentação"),
    "imp_layout_b3_posicao": ("B3 Posição", "B3 Posição"),
    "imp_layout_b3_proventos_recebidos": ("B3 Proventos recebidos", "B3 Proventos recebidos"),
    "imp_layout_b3_eventos_provisionados": ("B3 Eventos provisionados", "B3 Eventos provisionados"),
    "imp_layout_b3_consolidado": ("B3 Relatório consolidado", "B3 Relatório consolidado"),
    "imp_layout_note_pdf": ("Nota de corretagem", "Brokerage note"),
    "imp_layout_ofx": ("Extrato bancário OFX", "Bank statement OFX"),
    "imp_layout_fiel_entries": ("Documento do Fiel", "Document of Fiel"),
    "imp_file_files_missing": ("Escolha ao menos um arquivo.", "Choose at least one file."),
    "imp_file_too_many_files": ("Escolha até 20 arquivos.", "Choose up to 20 files."),
    "imp_file_file_twice": ("O mesmo arquivo veio duas vezes.", "The same file came twice."),
    "imp_file_file_empty": ("O arquivo está vazio: baixe de novo.", "The file is empty: download it again."),
    "imp_file_file_too_large": (
        "É grande demais: exporte um período menor e importe as partes.",
        "It is too large: export a shorter period and import the parts.",
    ),
    "imp_file_zip_bomb": (
        "Descompactado, é muito maior que qualquer relatório: não foi lido.",
        "Unpacked it is far larger than any report: it was not read.",
    ),
    "imp_file_workbook_damaged": (
        "A planilha está danificada: baixe de novo.",
        "The workbook is damaged: download it again.",
    ),
    "imp_file_workbook_encrypted": (
        "A planilha pede senha: salve sem senha e importe essa.",
        "The workbook asks for a password: save it without one.",
    ),
    "imp_file_formula_in_cell": (
        "Há uma fórmula numa célula, e relatórios não têm fórmulas: importe o arquivo como foi baixado.",
        "A cell holds a formula, and reports have none: import the file as it was downloaded.",
    ),
    "imp_file_html_not_workbook": (
        "Isto é uma página web, apesar do nome: abra na planilha, salve como .xlsx e importe esse.",
        "This is a web page, whatever its name: open it in a spreadsheet and save it as .xlsx.",
    ),
    "imp_file_file_not_text": (
        "Não é planilha, PDF nem texto: exporte o relatório de novo.",
        "This is no workbook, PDF or text: export the report again.",
    ),
    "imp_file_layout_changed": (
        (
            "Parece um relatório conhecido ({resembles}), mas as colunas mudaram. Faltam: {missing}. "
            "Novas: {new}. Importe o arquivo como foi exportado."
        ),
        (
            "It resembles a known report ({resembles}), but its columns changed. Missing: {missing}. New: "
            "{new}. Import the file as it was exported."
        ),
    ),
    "imp_file_format_not_recognised": (
        "Não reconheci este arquivo. Importe-o como foi exportado pela B3, corretora ou banco.",
        "This file was not recognised. Import it as B3, a broker or a bank exported it.",
    ),
    "imp_file_format_ambiguous": (
        "Parece mais de um relatório no mesmo arquivo: importe em arquivos separados.",
        "It looks like several reports in one file: import them as separate files.",
    ),
    "imp_file_password_needed": (
        "A nota pede senha: escreva em Opções (costuma ser parte do CPF).",
        "The note asks for a password: write it under Options (mostly digits of the CPF).",
    ),
    "imp_file_password_wrong": ("A senha da nota não serve.", "The password of the note is wrong."),
    "imp_file_body_too_large": ("Os arquivos juntos passam do limite.", "The files together are too large."),
    "imp_file_other": ("{text}", "{text}"),
}
