"""Words of importing: choosing files, checking what was read, and what was imported."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "imp_question": ("Que extratos você quer importar?", "Which statements do you want to import?"),
    "imp_intro": (
        "Solte aqui o relatório da B3, a nota ou o extrato. Nada é gravado antes de você conferir.",
        "Drop a report of B3, a note or a statement here. Nothing is written before you check it.",
    ),
    "imp_step": ("Passo {n} de 3: {name}", "Step {n} of 3: {name}"),
    "imp_step_1": ("Arquivo", "File"),
    "imp_step_2": ("Conferir", "Check"),
    "imp_step_3": ("Pronto", "Done"),
    "imp_files": ("Arquivos", "Files"),
    "imp_files_hint": (
        "Até {n} arquivos de uma vez, {size} MB cada: .xlsx, .csv, .pdf, .ofx, .json, .xls",
        "Up to {n} files at once, {size} MB each: .xlsx, .csv, .pdf, .ofx, .json, .xls",
    ),
    "imp_drop": ("Solte os arquivos aqui, ou escolha:", "Drop the files here, or choose:"),
    "imp_send": ("Ler e conferir", "Read and check"),
    "imp_sending": ("Lendo os arquivos...", "Reading the files..."),
    "imp_options": ("Opções: carteira, corretora, senha", "Options: wallet, broker, password"),
    "imp_wallet": ("Carteira", "Wallet"),
    "imp_account": (
        "Corretora das linhas que não dizem nenhuma",
        "Broker of the rows that name none",
    ),
    "imp_password": (
        "Senha da nota em PDF (não é guardada)",
        "Password of a PDF note (it is not kept)",
    ),
    "imp_where": ("Onde baixo o arquivo da B3?", "Where do I get the file of B3?"),
    "imp_where_steps": (
        (
            "Entre na Área do Investidor da B3 (investidor.b3.com.br), abra Extratos, escolha Negociação e "
            "o período desde a sua primeira compra, e baixe em Excel. Para os proventos, baixe também "
            "Movimentação."
        ),
        (
            "Sign in to the investor's area of B3 (investidor.b3.com.br), open Extratos, choose Negociação "
            "and the period since your first purchase, and download it as Excel. For income, download "
            "Movimentação too."
        ),
    ),
    "imp_recent": ("Importações recentes", "Recent imports"),
    "imp_recent_open": ("a conferir", "to be checked"),
    "imp_recent_booked": ("importada: {n} linhas", "imported: {n} rows"),
    "imp_recent_undone": ("desfeita", "undone"),
    "imp_by_hand": ("Cadastrar à mão", "Type it by hand"),
    "imp_check_question": ("O que vai entrar na carteira?", "What will go into the wallet?"),
    "imp_check_answer": ("1 linha para importar.", "1 row to import."),
    "imp_check_answers": ("{n} linhas para importar.", "{n} rows to import."),
    "imp_check_need": ("1 precisa de você.", "1 needs you."),
    "imp_check_needs": ("{n} precisam de você.", "{n} need you."),
    "imp_nothing_yet": ("Nada foi gravado ainda.", "Nothing is written yet."),
    "imp_none_new": (
        "Nada novo para importar: a carteira já tem tudo, ou falta decidir abaixo.",
        "Nothing new to import: the wallet has it all, or something is to be decided below.",
    ),
    "imp_recognised": ("reconhecido: {layout}", "recognised: {layout}"),
    "imp_file_rows": ("1 linha", "1 row"),
    "imp_file_rowss": ("{n} linhas", "{n} rows"),
    "imp_before": (
        "Este mesmo arquivo já foi importado em {day}.",
        "This very file was imported on {day}.",
    ),
    "imp_positions": (
        (
            "Este relatório diz o que você tem ({n} posições), não o que comprou. Importe também a "
            "Negociação, ou cadastre os saldos iniciais à mão."
        ),
        (
            "This report tells what you hold ({n} positions), not what you bought. Import Negociação too, "
            "or type the opening balances by hand."
        ),
    ),
    "imp_tab_all": ("todas", "all"),
    "imp_tab_new": ("novas", "new"),
    "imp_tab_known": ("já importadas", "already imported"),
    "imp_tab_similar": ("parecidas", "similar"),
    "imp_tab_error": ("com erro", "with an error"),
    "imp_tab_asked": ("a decidir", "to decide"),
    "imp_tab_ignored": ("ignoradas", "ignored"),
    "imp_tab_left": ("não entram", "book nothing"),
    "imp_effect": ("O que muda na carteira", "What changes in the wallet"),
    "imp_effect_invested": ("{amount} aplicados", "{amount} invested"),
    "imp_effect_withdrawn": ("{amount} resgatados", "{amount} taken out"),
    "imp_effect_received": ("{amount} de proventos", "{amount} of income"),
    "imp_effect_foreign": ("Só em reais; outras moedas à parte.", "Reais only; other currencies apart."),
    "imp_effect_replaced": (
        "{n} lançamentos sem custos dão lugar aos da nota, que os tem.",
        "{n} entries without fees give way to those of the note, which has them.",
    ),
    "imp_effect_gone": (
        "{n} linhas de um arquivo anterior não estão neste; nada é apagado.",
        "{n} rows of an earlier file are not in this one; nothing is deleted.",
    ),
    "imp_effect_accounts": ("Contas novas: {names}", "New accounts: {names}"),
    "imp_effect_quantity": ("Quantidade: antes e depois", "Quantity: before and after"),
    "imp_short_title": ("Faltam compras de antes", "Earlier purchases are missing"),
    "imp_short_text": (
        (
            "O arquivo vende mais do que havia. Diga o que você já tinha, importe os arquivos que faltam, "
            "ou permita a venda a descoberto."
        ),
        (
            "The file sells more than there was. Say what you had, import the files that lack, or allow "
            "selling short."
        ),
    ),
    "imp_short_line": (
        "{asset}: faltam {quantity} em {day} ({account})",
        "{asset}: {quantity} missing on {day} ({account})",
    ),
    "imp_short_average": ("Preço médio de antes (R$)", "Average cost before (R$)"),
    "imp_short_say": ("Informar", "Say"),
    "imp_short_allow": ("Permitir venda a descoberto", "Allow selling short"),
    "imp_short_allowed": (
        "Venda a descoberto permitida nesta importação.",
        "Selling short is allowed in this import.",
    ),
    "imp_short_forbid": ("Não permitir", "Do not allow"),
    "imp_name_label": ("Que código é “{name}”?", "Which code is “{name}”?"),
    "imp_rows_label": ("Linhas dos arquivos", "Rows of the files"),
    "imp_col_row": ("Linha", "Row"),
    "imp_col_what": ("O que é", "What it is"),
    "imp_col_numbers": ("Quantidade × preço", "Quantity × price"),
    "imp_col_amount": ("Valor", "Amount"),
    "imp_col_state": ("Situação", "State"),
    "imp_state_new": ("nova", "new"),
    "imp_state_similar": ("parecida", "similar"),
    "imp_state_known": ("já importada", "already imported"),
    "imp_state_taken_back": ("desfeita antes", "taken back before"),
    "imp_state_waiting": ("falta algo", "something lacks"),
    "imp_state_asked": ("a decidir", "to decide"),
    "imp_state_error": ("com erro", "error"),
    "imp_state_ignored": ("ignorada", "ignored"),
    "imp_state_left": ("não entra", "books nothing"),
    "imp_fixed": ("corrigida por você", "corrected by you"),
    "imp_kept": ("mantida por você", "kept by you"),
    "imp_twins": (
        "igual à linha {rows}: mesma data, preço e quantidade. Duas operações, ou repetida?",
        "equals row {rows}: same date, price and quantity. Two deals, or one told twice?",
    ),
    "imp_do_keep": ("Manter", "Keep"),
    "imp_do_ignore": ("Ignorar", "Ignore"),
    "imp_do_fix": ("Corrigir", "Correct"),
    "imp_do_again": ("Importar de novo", "Import again"),
    "imp_do_reset": ("Voltar atrás", "Take back"),
    "imp_do_save": ("Salvar", "Save"),
    "imp_do_cancel": ("Cancelar", "Cancel"),
    "imp_fix_title": ("Corrigir a linha {row}", "Correct row {row}"),
    "imp_fix_read": ("No arquivo: {text}", "In the file: {text}"),
    "imp_fix_failed": ("A correção ainda tem um problema.", "The correction still has a problem."),
    "imp_bulk_keep": ("Manter todas as parecidas", "Keep all similar ones"),
    "imp_bulk_ignore": ("Ignorar as repetidas", "Ignore the repeated ones"),
    "imp_bulk_again": ("Importar de novo as desfeitas", "Import again what was taken back"),
    "imp_similar_default": (
        "Se você não decidir, elas entram: a B3 lista cada negócio, e negócios iguais são comuns.",
        "If you do not decide, they go in: B3 lists each deal, and equal deals are common.",
    ),
    "imp_import": ("Importar 1 linha", "Import 1 row"),
    "imp_imports": ("Importar {n} linhas", "Import {n} rows"),
    "imp_drop_draft": ("Descartar", "Discard"),
    "imp_page_of": ("Página {page} de {pages}", "Page {page} of {pages}"),
    "imp_previous": ("Anterior", "Previous"),
    "imp_next": ("Próxima", "Next"),
    "imp_done_question": ("Importação pronta: e agora?", "Imported: what now?"),
    "imp_done_answer": ("1 linha entrou na carteira.", "1 row went into the wallet."),
    "imp_done_answers": ("{n} linhas entraram na carteira.", "{n} rows went into the wallet."),
    "imp_done_replaced": (
        "{n} lançamentos sem custos deram lugar aos da nota.",
        "{n} entries without fees gave way to those of the note.",
    ),
    "imp_done_alerts": ("Para olhar", "To look at"),
    "imp_done_see": ("Ver os lançamentos", "See the entries"),
    "imp_done_holdings": ("Ver a carteira", "See what I hold"),
    "imp_done_targets": ("Que carteira você quer?", "Which wallet do you want?"),
    "imp_done_targets_text": (
        "Com alvos, o Fiel diz o que comprar a cada aporte. Comece pela carteira de hoje e ajuste depois.",
        (
            "With targets, Fiel says what to buy with each contribution. Begin with today's wallet and "
            "adjust it later."
        ),
    ),
    "imp_done_kind": ("O que é {asset}?", "What is {asset}?"),
    "imp_done_choose": ("Escolha", "Choose"),
    "imp_done_choose_one": ("Diga o que é, para o imposto e os lotes.", "Say what it is, for tax and lots."),
    "imp_kind_stock": ("Ação ou unit", "Share or unit"),
    "imp_kind_fii": ("Fundo imobiliário (FII)", "Real estate fund (FII)"),
    "imp_kind_fiagro": ("Fiagro", "Fiagro"),
    "imp_kind_etf": ("ETF de ações", "ETF of shares"),
    "imp_kind_fixed_income_etf": ("ETF de renda fixa", "ETF of fixed income"),
    "imp_kind_bdr": ("BDR", "BDR"),
    "imp_done_use": ("Usar a carteira atual como alvo", "Use today's wallet as the target"),
    "imp_done_own": ("Montar meus alvos", "Write my own targets"),
    "imp_done_invest": ("Ver o que comprar", "See what to buy"),
    "imp_done_has_targets": (
        "Seus alvos já estão guardados: veja o que comprar com o próximo aporte.",
        "Your targets are kept: see what to buy with your next contribution.",
    ),
    "imp_undo": ("Desfazer importação", "Undo the import"),
    "imp_undo_text": (
        (
            "Estorna os {n} lançamentos desta importação, na data de cada um. Tudo fica registrado, e você "
            "pode importar de novo."
        ),
        (
            "Reverses the {n} entries of this import, each on its day. All of it stays on record, and you "
            "can import it again."
        ),
    ),
    "imp_undo_replaced": (
        "Os {n} lançamentos que deram lugar não voltam sozinhos: importe o arquivo deles outra vez.",
        "The {n} entries that gave way do not come back by themselves: import their file again.",
    ),
    "imp_undone_question": ("Importação desfeita", "The import was undone"),
    "imp_undone_text": (
        "As linhas foram estornadas. Para tê-las de novo, importe o arquivo e escolha “Importar de novo”.",
        "The rows were reversed. To have them again, import the file and choose “Import again”.",
    ),
    "imp_another": ("Importar outro arquivo", "Import another file"),
    "notice_imp_done": ("Importação pronta: {n} linhas.", "Imported: {n} rows."),
    "notice_imp_undone": ("Importação desfeita: {n} linhas estornadas.", "Undone: {n} rows reversed."),
    "notice_imp_dropped": ("Importação descartada; nada foi gravado.", "Discarded; nothing was written."),
    "notice_imp_changed": (
        "A importação mudou noutra janela: confira de novo.",
        "The import was changed in another window: check it again.",
    ),
    "notice_imp_targets": (
        "Alvos guardados: a carteira de hoje, por valor.",
        "Targets kept: today's wallet, by value.",
    ),
    "notice_imp_targets_equal": (
        "Alvos guardados. Falta preço de algo, e os pesos ficaram iguais: ajuste em Alvos.",
        "Targets kept. A price is missing, and the weights are equal: adjust them in Targets.",
    ),
}
