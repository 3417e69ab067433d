"""Words of the frame that all pages share."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "product": ("Fiel", "Fiel"),
    "no_data": ("sem dado", "no data"),
    "skip": ("Pular para o conteúdo", "Skip to content"),
    "menu": ("Menu", "Menu"),
    "nav_overview": ("Visão geral", "Overview"),
    "nav_invest": ("Aportar", "Invest"),
    "nav_income": ("Proventos", "Income"),
    "nav_performance": ("Rentabilidade", "Performance"),
    "nav_holdings": ("Carteira", "Holdings"),
    "nav_targets": ("Alvos", "Targets"),
    "nav_entries": ("Lançamentos", "Entries"),
    "nav_import": ("Importar", "Import"),
    "nav_taxes": ("Impostos", "Taxes"),
    "nav_auto": ("Rebalanceamento automático", "Auto-rebalancing"),
    "nav_sources": ("Fontes de dados", "Data sources"),
    "nav_more": ("Mais", "More"),
    "more_title": ("Mais", "More"),
    "more_question": ("Onde está o resto?", "Where is the rest?"),
    "wallet_label": ("Carteira", "Wallet"),
    "wallet_choose": ("Trocar de carteira", "Change wallet"),
    "hide_values": ("Ocultar valores", "Hide values"),
    "show_values": ("Mostrar valores", "Show values"),
    "preferences": ("Preferências", "Preferences"),
    "to_portuguese": ("Português", "Português"),
    "to_english": ("English", "English"),
    "language": ("Idioma", "Language"),
    "theme": ("Tema", "Theme"),
    "theme_auto": ("Do sistema", "System"),
    "theme_light": ("Claro", "Light"),
    "theme_dark": ("Escuro", "Dark"),
    "colours": ("Cores de ganho e perda", "Colours of gain and loss"),
    "colours_green_red": ("Verde e vermelho", "Green and red"),
    "colours_blue_orange": ("Azul e laranja", "Blue and orange"),
    "sign_out": ("Sair", "Sign out"),
    "demo_label": ("Demonstração", "Demonstration"),
    "demo_banner": (
        (
            "Demonstração: carteira inventada, com preços, proventos e taxas reais registrados até {day}. "
            "Para estas páginas, hoje é esse dia; nada daqui entra no seu livro."
        ),
        (
            "Demonstration: an invented wallet at real prices, payments and rates recorded up to {day}. "
            "For these pages that day is today; nothing of it enters your book."
        ),
    ),
    "demo_leave": ("Sair da demonstração", "Leave the demonstration"),
    "footer": (
        "Dias e horários de Brasília. Cálculos para conferência; não é recomendação de investimento.",
        "Days and times of Brasilia. Figures to check by; no investment advice.",
    ),
    "see_table": ("Ver tabela", "See table"),
    "loading": ("Calculando...", "Calculating..."),
    "age_now": ("agora", "now"),
    "age_close": ("de {day} (fechamento)", "of {day} (close)"),
    "age_stale": ("desatualizado: {day}", "out of date: {day}"),
    "age_stale_why": ("desatualizado: {day}, {why}", "out of date: {day}, {why}"),
    "age_none": ("sem dado", "no data"),
    "source_recorded": ("dados registrados", "recorded data"),
    "source_stored": ("gravado aqui", "kept here"),
    "source_forecast": ("estimativa do Fiel", "Fiel's estimate"),
    "source_cdi": ("taxa CDI", "CDI rate"),
    "source_selic": ("taxa Selic", "Selic rate"),
    "zone_brasilia": ("horário de Brasília", "time of Brasilia"),
    "age_source": ("Fonte: {source}, {at}", "Source: {source}, {at}"),
    "above": ("acima", "above"),
    "below": ("abaixo", "below"),
    "in_band": ("na faixa", "within its band"),
    "above_band": ("acima da faixa", "above its band"),
    "below_band": ("abaixo da faixa", "below its band"),
    "bar": ("Barra", "Bar"),
    "bar_description": (
        "Atual {actual}, alvo {target}, faixa de {low} a {high}",
        "Actual {actual}, target {target}, band from {low} to {high}",
    ),
    "problem_missing": ("Esta página não existe", "There is no such page"),
    "problem_missing_text": (
        "O endereço não leva a nada que você possa ver. O livro não mudou.",
        "The address leads to nothing that you may see. The book has not changed.",
    ),
    "problem_refused": ("Não deu para fazer isso", "This could not be done"),
    "problem_refused_text": (
        "O pedido foi recusado e nada mudou no livro.",
        "The request was refused and nothing changed in the book.",
    ),
    "problem_away": ("Algo não respondeu", "Something did not answer"),
    "problem_away_text": (
        "O que está gravado continua valendo. Tente de novo em um minuto.",
        "What is stored still holds. Try again in a minute.",
    ),
    "problem_reference": ("Para citar: {reference} ({code})", "To quote: {reference} ({code})"),
    "back_home": ("Ir para a visão geral", "Go to the overview"),
    "error_section_text": (
        "Esta parte não pôde ser calculada: {why} O resto da página vale.",
        "This part could not be reckoned: {why} The rest of the page holds.",
    ),
    "sum_total": ("Soma", "Sum"),
    "notice_saved": ("Gravado.", "Saved."),
}
