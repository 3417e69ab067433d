"""The words of `fiel access` and of the door: help, notes, failures."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

ACCESS_EXAMPLES = (
    "Examples:\n\n"
    "- fiel access owner set\n"
    "- fiel access keys add orders --scopes trade --wallet ana --expires 90d\n"
    "- fiel access sessions end --all\n"
    "- fiel access audit --wallet ana\n"
)

_EXAMPLES = tuple(
    f"Example: fiel access {each}"
    for each in (
        "owner set ana",
        "owner list",
        "owner remove ana",
        "keys add orders --scopes trade --wallet ana",
        "keys list",
        "keys revoke 0123456789ab",
        "sessions list",
        "sessions end --owner ana",
        "audit --wallet ana --limit 20",
    )
)

ACCESS_HELP_PT: Mapping[str, str] = MappingProxyType(
    {
        ACCESS_EXAMPLES: ACCESS_EXAMPLES.replace("Examples", "Exemplos"),
        **{each: each.replace("Example", "Exemplo") for each in _EXAMPLES},
        "Who may come in over HTTP: owners, keys and sessions; and the log of who did what.": (
            "Quem pode entrar por HTTP: donos, chaves e sessões; e o registro de quem fez o quê."
        ),
        "People who sign in with a password.": "Pessoas que entram com senha.",
        "Give an owner a password, or another one. Whoever is signed in by that name is signed out.\n\nThe "
        "password is asked for, or read from standard input or a file; it is never an argument, which "
        "other\nprograms on the machine could read.": (
            "Dá uma senha a um dono, ou troca a que ele tem. Quem estiver conectado com esse nome sai.\n\nA "
            "senha é perguntada, ou lida da entrada padrão ou de um arquivo; nunca é um argumento, que "
            "outros programas da máquina poderiam ler."
        ),
        "List the owners.": "Lista os donos.",
        "Remove an owner; his sessions end.": "Remove um dono; as sessões dele terminam.",
        "The owner's name.": "O nome do dono.",
        "The password is the first line of this file (default: asked).": (
            "A senha é a primeira linha deste arquivo (padrão: é perguntada)."
        ),
        "read, trade (which reads too) or admin (all).": "read, trade (que também lê) ou admin (tudo).",
        "Only this wallet; may be repeated (default: all).": (
            "Só esta carteira; pode ser repetida (padrão: todas)."
        ),
        "Keys by which programs come in.": "Chaves com que programas entram.",
        "Make a key. It is shown this once; what is kept opens nothing.\n\nPrograms send it as "
        "`Authorization: Bearer fiel_...`.": (
            "Faz uma chave. Ela é mostrada só esta vez; o que fica guardado não abre nada.\n\nProgramas a "
            "enviam como `Authorization: Bearer fiel_...`."
        ),
        "What the key is for, such as orders.": "Para que serve a chave, por exemplo ordens.",
        "How long it opens, such as 90d (default: until revoked).": (
            "Por quanto tempo ela abre, como 90d (padrão: até ser revogada)."
        ),
        "List the keys, those that open nothing any more too.": (
            "Lista as chaves, também as que não abrem mais nada."
        ),
        "The key's id, as `keys list` shows it.": "O id da chave, como `keys list` mostra.",
        "Revoke a key: it opens nothing from now on.": "Revoga uma chave: a partir de agora não abre nada.",
        "Who is signed in.": "Quem está conectado.",
        "List the sessions, newest first.": "Lista as sessões, a mais nova primeiro.",
        "The session's id, as `sessions list` shows it.": "O id da sessão, como `sessions list` mostra.",
        "All sessions of this owner.": "Todas as sessões deste dono.",
        "All sessions of everybody.": "Todas as sessões de todos.",
        "End sessions: whoever had them has to sign in again.": (
            "Termina sessões: quem as tinha precisa entrar de novo."
        ),
        "Only about this wallet.": "Só desta carteira.",
        "Only by this owner or key.": "Só deste dono ou chave.",
        "Only rows before this number: the next page.": "Só linhas antes deste número: a página seguinte.",
        "Show the log of who did what, newest first; it only grows.\n\nA change has two rows: when it was "
        "asked for, and how it ended (an HTTP status). One that has only the\nfirst was cut off.": (
            "Mostra o registro de quem fez o quê, do mais novo ao mais antigo; ele só cresce.\n\nUma mudança "
            "tem duas linhas: quando foi pedida, e como terminou (um status HTTP). A que só tem a primeira "
            "foi interrompida."
        ),
    }
)

ACCESS_NOTES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "access_password": ("Senha", "Password"),
        "access_repeat": ("A mesma senha de novo", "The same password again"),
        "access_all": ("todas", "all"),
        "access_owner_set": (
            "{name} entra com a nova senha. Pode: {scope}; carteiras: {wallets}.",
            "{name} signs in with the new password. May: {scope}; wallets: {wallets}.",
        ),
        "access_owner_removed": ("{name} não entra mais.", "{name} does not come in any more."),
        "access_no_owner": (
            "Nenhum dono. Faça um com: fiel access owner set",
            "No owner. Make one with: fiel access owner set",
        ),
        "access_key_made": (
            (
                "Chave {name}: pode {scope}; carteiras: {wallets}; vale até: {until}. Guarde-a, não será "
                "mostrada de novo:"
            ),
            "Key {name}: may {scope}; wallets: {wallets}; until: {until}. Keep it, it is not shown again:",
        ),
        "access_key_revoked": ("A chave {id} não abre mais nada.", "Key {id} opens nothing any more."),
        "access_no_key": ("Nenhuma chave.", "No keys."),
        "access_no_session": ("Ninguém está conectado.", "Nobody is signed in."),
        "access_sessions_ended": ("Sessões terminadas: {n}.", "Sessions ended: {n}."),
        "access_no_deed": ("Nada no registro.", "Nothing in the log."),
        "access_open": ("abre", "opens"),
        "access_shut": ("não abre", "shut"),
        "access_asked": ("pedido", "asked"),
        "access_number": ("nº", "no."),
        "access_id": ("id", "id"),
        "access_name": ("nome", "name"),
        "access_scope": ("pode", "may"),
        "access_wallets": ("carteiras", "wallets"),
        "access_wallet": ("carteira", "wallet"),
        "access_changed": ("senha de", "password of"),
        "access_state": ("situação", "state"),
        "access_until": ("até", "until"),
        "access_used": ("último uso", "last used"),
        "access_address": ("endereço", "address"),
        "access_begun": ("início", "begun"),
        "access_seen": ("visto", "seen"),
        "access_agent": ("navegador", "browser"),
        "access_at": ("quando", "when"),
        "access_who": ("quem", "who"),
        "access_action": ("ação", "action"),
        "access_status": ("status", "status"),
        "access_about": ("sobre", "about"),
    }
)

ACCESS_FAILURES_PT: Mapping[str, str] = MappingProxyType(
    {
        "owner_missing": (
            "Quem alcança esse endereço poderia mover dinheiro. Defina uma senha com `fiel access owner "
            "set`, indique um arquivo com ela em FIEL_OWNER_PASSWORD_FILE, faça uma chave com `fiel access "
            "keys add`, ou escute em 127.0.0.1."
        ),
        "owner_unknown": "Não há dono com esse nome.",
        "owner_name": "O nome tem de 1 a 60 letras sem acento, algarismos ou . _ @ -",
        "password_weak": (
            "A senha tem pelo menos 12 caracteres, 5 deles diferentes; quatro palavras são fáceis de guardar."
        ),
        "password_too_long": "A senha tem no máximo 256 caracteres.",
        "passwords_differ": "As duas senhas são diferentes; tente de novo.",
        "scope_unknown": "Os escopos são read, trade e admin.",
        "scopes_missing": "Diga o escopo: read, trade ou admin.",
        "wallets_malformed": "Diga de 1 a 200 carteiras, ou nenhuma para todas.",
        "key_over": "A chave terminaria antes de começar.",
        "key_unknown": "Não há chave aberta com esse id.",
        "keys_too_many": "Há chaves abertas demais; revogue algumas.",
        "sessions_which": "Diga uma sessão, um --owner, ou --all.",
        "credentials_wrong": "O nome ou a senha está errado.",
        "too_many_attempts": "Senhas erradas demais; tente de novo em {seconds} s.",
        "not_signed_in": "Entre, ou envie uma chave em `Authorization: Bearer fiel_...`.",
        "scope_missing": "Para isto falta o escopo; use uma chave ou um dono que o tenha.",
        "asked_elsewhere": "Outro site pediu isto; faça-o numa página do Fiel.",
        "form_expired": "Este formulário é de outra sessão; abra a página de novo e repita.",
        "proxy_without_owner": (
            "O pedido veio por um intermediário e ninguém definiu uma senha: rode `fiel access owner set`."
        ),
        "host_unknown": "Este servidor não atende por esse nome; veja FIEL_ALLOWED_HOSTS.",
        "wallet_hidden": "Não há essa carteira.",
        "hosts_malformed": "Escreva até 50 nomes com vírgulas, sem porta: fiel.exemplo.com.br,10.0.0.5",
        "proxies_malformed": "Escreva endereços ou redes com vírgulas: 127.0.0.1,10.0.0.0/8",
        "password_file": "Escreva a senha, sozinha, na primeira linha do arquivo.",
        "session_span": "FIEL_SESSION_IDLE é mais longo que FIEL_SESSION_MAX; encurte-o.",
    }
)
