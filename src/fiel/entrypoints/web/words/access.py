"""Words of the page Acesso."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "nav_access": ("Acesso", "Access"),
    "access_title": ("Acesso", "Access"),
    "access_question": ("Quem pode entrar, e quem fez o quê?", "Who may come in, and who did what?"),
    "access_answer": ("{owners}, {keys} e {sessions}.", "{owners}, {keys} and {sessions}."),
    "access_n_owner": ("{n} pessoa com senha", "{n} person with a password"),
    "access_n_owners": ("{n} pessoas com senha", "{n} people with a password"),
    "access_n_key": ("{n} chave que abre", "{n} key that opens"),
    "access_n_keys": ("{n} chaves que abrem", "{n} keys that open"),
    "access_n_session": ("{n} sessão em uso", "{n} session in use"),
    "access_n_sessions": ("{n} sessões em uso", "{n} sessions in use"),
    "access_open_answer": (
        "Sem senha: quem usa este computador vê e muda tudo; de fora dele, ninguém entra.",
        "No password: whoever uses this computer sees and changes all of it; nobody comes in from elsewhere.",
    ),
    "access_open_text": (
        "Para pedir senha e poder criar chaves para programas, defina um dono no terminal:",
        "To ask for a password, and to be able to make keys for programs, set an owner in a terminal:",
    ),
    "access_open_after": (
        "A senha é perguntada e guardada como argon2id. A partir daí, esta página pede para entrar.",
        "The password is asked for and kept as argon2id. From then on these pages ask to sign in.",
    ),
    "access_owners": ("Pessoas com senha", "People with a password"),
    "access_no_owner": (
        "Nenhuma: só programas com chave entram.",
        "None: only programs with a key come in.",
    ),
    "access_owner_how": (
        "Criar alguém ou trocar uma senha é no terminal: assim ela não passa por nenhum navegador:",
        "Adding somebody or changing a password is done in a terminal, so that it passes no browser:",
    ),
    "access_name": ("Nome", "Name"),
    "access_rights": ("Pode", "May"),
    "access_changed": ("Senha de", "Password of"),
    "access_scope_read": ("Ler", "Read"),
    "access_scope_trade": ("Ler e movimentar", "Read and trade"),
    "access_scope_admin": ("Tudo, também acesso", "Everything, access too"),
    "access_all_wallets": ("todas as carteiras", "all wallets"),
    "access_keys": ("Chaves de programas", "Keys of programs"),
    "access_keys_text": (
        "De cada chave fica guardado só um resumo que não abre nada; ela aparece inteira uma única vez.",
        "Of each key only a digest that opens nothing is kept; it is shown whole just once.",
    ),
    "access_no_key": ("Nenhuma chave ainda.", "No key yet."),
    "access_until": ("Vale até", "Opens until"),
    "access_no_end": ("ser revogada", "it is revoked"),
    "access_used": ("Último uso", "Last use"),
    "access_never": ("nunca", "never"),
    "access_state": ("Situação", "State"),
    "access_state_over": ("vencida", "over"),
    "access_state_revoked": ("revogada", "revoked"),
    "access_revoke": ("Revogar", "Revoke"),
    "access_new": ("Nova chave", "New key"),
    "access_key_name": ("Para que serve (sem espaços)", "What it is for (no blanks)"),
    "access_scope": ("O que pode", "What it may do"),
    "access_span": ("Por quanto tempo", "For how long"),
    "access_span_days": ("{n} dias", "{n} days"),
    "access_span_none": ("até ser revogada", "until it is revoked"),
    "access_wallets": (
        "Só estas carteiras (nenhuma marcada: todas)",
        "Only these wallets (none ticked: all)",
    ),
    "access_make": ("Criar chave", "Make the key"),
    "access_made": ("Chave {name} criada", "Key {name} made"),
    "access_made_text": (
        "Copie agora: ao sair desta página ninguém a vê de novo, nem nós.",
        "Copy it now: once you leave this page nobody sees it again, not even we.",
    ),
    "access_secret": ("A chave", "The key"),
    "access_copy": ("Copiar", "Copy"),
    "access_copied": ("Chave copiada.", "Key copied."),
    "access_made_use": ("O programa a envia no cabeçalho", "The program sends it in the header"),
    "access_sessions": ("Sessões em uso", "Sessions in use"),
    "access_no_session": ("Ninguém entrou com senha.", "Nobody has signed in with a password."),
    "access_session_line": ("entrou {begun}, último uso {seen}", "signed in {begun}, last use {seen}"),
    "access_end": ("Encerrar", "End"),
    "access_log": ("Registro", "Log"),
    "access_log_caption": (
        (
            "Quem pediu o quê, do mais novo ao mais antigo. Um pedido tem duas linhas: feito e como terminou "
            "(código HTTP; 2xx e 3xx são sucesso). O registro só cresce."
        ),
        (
            "Who asked for what, newest first. A request has two rows: asked, and how it ended (HTTP code; "
            "2xx and 3xx are success). The log only grows."
        ),
    ),
    "access_at": ("Quando", "When"),
    "access_who": ("Quem", "Who"),
    "access_action": ("O quê", "What"),
    "access_wallet": ("Carteira", "Wallet"),
    "access_ended": ("Terminou", "Ended"),
    "access_asked": ("pedido", "asked"),
    "access_older": ("Mais antigos", "Older ones"),
    "access_log_none": ("Nada foi pedido ainda.", "Nothing was asked for yet."),
    "access_problem_owner_name": (
        "O nome da chave tem de 1 a 60 letras sem acento, números ou . _ @ -, sem espaços.",
        "A key's name has 1 to 60 letters without accents, digits or . _ @ -, no blanks.",
    ),
    "access_problem_scope_unknown": ("Escolha o que a chave pode.", "Choose what the key may do."),
    "access_problem_span_unknown": ("Escolha um dos prazos.", "Choose one of the spans."),
    "access_problem_wallet_unknown": ("Não há essa carteira.", "There is no such wallet."),
    "notice_access_revoked": (
        "Chave revogada: não abre mais nada.",
        "Key revoked: it opens nothing any more.",
    ),
    "notice_access_ended": ("Sessão encerrada.", "Session ended."),
}
