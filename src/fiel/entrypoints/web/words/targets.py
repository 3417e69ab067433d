"""Words of the page Alvos."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "goal_title": ("Alvos", "Targets"),
    "goal_question": ("Que carteira eu quero?", "What wallet do I want?"),
    "goal_base": ("Editar em", "Edit in"),
    "goal_base_pai": ("% da classe acima", "% of the class above"),
    "goal_base_carteira": ("% da carteira", "% of the wallet"),
    "goal_base_change": ("Trocar", "Change"),
    "goal_whole": ("Carteira", "Wallet"),
    "goal_sound": ("Tudo soma exatamente 100%.", "Everything adds up to exactly 100%."),
    "goal_not_sound": ("{n} classe não soma o que deve.", "{n} class does not add up."),
    "goal_not_sounds": ("{n} classes não somam o que devem.", "{n} classes do not add up."),
    "goal_of_parent": ("% de {label}", "% of {label}"),
    "goal_of_whole": ("% da carteira", "% of the wallet"),
    "goal_equals": ("= {share} da carteira", "= {share} of the wallet"),
    "goal_equals_parent": ("= {weight}% de {label}", "= {weight}% of {label}"),
    "goal_unknown": ("= ?", "= ?"),
    "goal_now": ("hoje {actual}", "today {actual}"),
    "goal_now_off": ("hoje {actual} ({off})", "today {actual} ({off})"),
    "goal_weight_of": ("Alvo de {label}, em {base}", "Target of {label}, in {base}"),
    "goal_band": ("faixa", "band"),
    "goal_band_of": ("Faixa de {label}, em pontos da carteira", "Band of {label}, in points of the wallet"),
    "goal_points": ("p.p.", "pp"),
    "goal_group_sound": ("{label}: soma {total}%.", "{label}: adds up to {total}%."),
    "goal_group_short": (
        "{label} soma {total}%: faltam {missing} p.p. para {wanted}%.",
        "{label} adds up to {total}%: {missing} pp short of {wanted}%.",
    ),
    "goal_group_over": (
        "{label} soma {total}%: sobram {missing} p.p. sobre {wanted}%.",
        "{label} adds up to {total}%: {missing} pp over {wanted}%.",
    ),
    "goal_group_unread": ("{label}: há um número que não se lê.", "{label}: one number cannot be read."),
    "goal_group_empty": (
        "{label} está vazia: ponha um ativo nela ou tire-a.",
        "{label} is empty: put an asset into it, or remove it.",
    ),
    "goal_share_rest": ("Dividir o resto", "Share out the rest"),
    "goal_equal_parts": ("Partes iguais", "Equal parts"),
    "goal_put_in": ("Pôr em {label}", "Put in {label}"),
    "goal_remove": ("Tirar", "Remove"),
    "goal_remove_of": ("Tirar {label} dos alvos", "Remove {label} from the targets"),
    "goal_save": ("Salvar alvos", "Save targets"),
    "goal_save_why_not": ("Falta acertar as somas acima.", "The sums above must be right first."),
    "goal_effect": ("Efeito: o que eu compraria?", "Effect: what would I buy?"),
    "goal_effect_hint": (
        "O efeito usa os pesos daqui sem gravar nada; ativos novos só entram depois de salvar.",
        "The effect takes these weights without saving; new assets count only once saved.",
    ),
    "goal_check": ("Conferir", "Check"),
    "goal_add": ("Acrescentar", "Add"),
    "goal_add_where": ("Dentro de", "Into"),
    "goal_add_name": ("Código do ativo ou nome da classe", "Code of the asset or name of the class"),
    "goal_add_kind": ("O que é (se o código não disser)", "What it is (if its code does not say)"),
    "goal_add_asset": ("Pôr ativo", "Add asset"),
    "goal_add_class": ("Pôr classe", "Add class"),
    "goal_add_cash": ("Pôr caixa", "Add cash"),
    "goal_cash": ("Caixa", "Cash"),
    "goal_kind_": ("—", "—"),
    "goal_kind_stock": ("Ação", "Share"),
    "goal_kind_fii": ("FII", "FII"),
    "goal_kind_etf": ("ETF", "ETF"),
    "goal_kind_bdr": ("BDR", "BDR"),
    "goal_kind_treasury": ("Tesouro Direto", "Treasury"),
    "goal_kind_fixed_income": ("Renda fixa de banco", "Bank credit"),
    "goal_kind_fund": ("Fundo", "Fund"),
    "goal_kind_crypto": ("Cripto", "Crypto"),
    "goal_kind_other": ("Outro", "Other"),
    "goal_draft": (
        "Rascunho de {at}, ainda não salvo. Os alvos em vigor continuam os de antes.",
        "Draft of {at}, not saved yet. The targets in force are still those before.",
    ),
    "goal_discard": ("Descartar rascunho", "Discard draft"),
    "goal_saved_at": ("Em vigor desde {at}.", "In force since {at}."),
    "goal_none_yet": (
        (
            "Ainda não há alvos. Abaixo está a sua carteira de hoje, pronta para mudar: nada vale antes "
            "de salvar."
        ),
        (
            "There are no targets yet. Below is your wallet of today, ready to be changed: nothing holds "
            "before you save."
        ),
    ),
    "goal_text_link": ("Editar como texto", "Edit as text"),
    "goal_text_title": ("Alvos como texto", "Targets as text"),
    "goal_text_question": ("Como os meus alvos estão escritos?", "How are my targets written?"),
    "goal_text_hint": (
        "O texto é o que vale: taxas, faixas relativas, estratégia e preços próprios só se editam aqui.",
        "The text is what holds: fees, relative bands, strategy and own prices are edited only here.",
    ),
    "goal_text_box": ("Texto dos alvos (TOML)", "Text of the targets (TOML)"),
    "goal_text_line": ("linha {line}: {why}", "line {line}: {why}"),
    "goal_back": ("Voltar ao editor", "Back to the editor"),
    "goal_unreadable": (
        "O editor não consegue abrir este texto: corrija-o abaixo.",
        "The editor cannot open this text: correct it below.",
    ),
    "goal_comments": (
        "A forma da árvore mudou: as tabelas dos alvos foram reescritas, e comentários dentro delas saíram.",
        (
            "The shape of the tree changed: the tables of the targets were written anew, comments inside "
            "are gone."
        ),
    ),
    "notice_goal_saved": ("Alvos salvos.", "Targets saved."),
    "notice_goal_saved_anew": (
        "Alvos salvos. A árvore mudou de forma: comentários dentro dela não puderam ficar.",
        "Targets saved. The tree changed its shape: comments inside it could not stay.",
    ),
    "notice_goal_discarded": ("Rascunho descartado.", "Draft discarded."),
    "notice_goal_from_wallet": (
        "Os alvos agora são os pesos da sua carteira de hoje. Mude-os para o que você quer.",
        "The targets are now the weights of your wallet of today. Change them to what you want.",
    ),
    "goal_open_entries": ("Primeiro registre o que você tem", "First book what you have"),
    "goal_bad_number": (
        "Não é um número de 0 a 100. Escreva como 33,3333.",
        "Not a number from 0 to 100. Write it like 33,3333.",
    ),
    "goal_label_missing": ("Escreva um nome.", "Write a name."),
    "goal_asset_malformed": ("Escreva um código, como PETR4.", "Write a code, such as PETR4."),
    "goal_asset_repeated": ("{asset} já tem alvo.", "{asset} has a target already."),
    "goal_kind_missing": ("Diga o que {asset} é.", "Say what {asset} is."),
    "goal_cash_repeated": ("Já há uma linha de caixa.", "There is a cash row already."),
    "goal_base_needs_sums": (
        "Para trocar a base, primeiro acerte as somas.",
        "To change the base, make everything add up first.",
    ),
}
