"""Words of signing in."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "signing_title": ("Entrar", "Sign in"),
    "signing_question": ("Quem é você?", "Who are you?"),
    "signing_name": ("Nome", "Name"),
    "signing_name_hint": (
        "Se só há um dono, pode ficar vazio.",
        "May stay empty where there is only one owner.",
    ),
    "signing_password": ("Senha", "Password"),
    "signing_button": ("Entrar", "Sign in"),
    "signing_credentials_wrong": (
        "O nome ou a senha está errado. Confira e tente de novo.",
        "The name or the password is wrong. Check them and try again.",
    ),
    "signing_too_many_attempts": (
        "Senhas erradas demais. Tente de novo em {seconds} s.",
        "Too many wrong passwords. Try again in {seconds} s.",
    ),
    "signing_lost": (
        "Esqueceu a senha? Na máquina em que o Fiel roda: {command}",
        "Lost the password? On the machine that runs Fiel: {command}",
    ),
    "notice_signed_out": ("Você saiu.", "You are signed out."),
}
