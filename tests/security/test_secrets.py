"""Secrets of settings and errors are on no line of the log, in no representation and in no answer."""

from __future__ import annotations

import io
import logging
from pathlib import Path

import pytest

from fiel.entrypoints.worker.lines import LogFormat, log_to
from fiel.infra.access.principals import Scope
from fiel.kernel.errors import FielError
from fiel.settings import Settings
from tests.support.access import PASSWORD, guarded

SECRET = "s3cr3t-0f-the-h0use"  # noqa: S105


def _environment(folder: Path) -> dict[str, str]:
    """Every variable that may hold a secret, with one."""
    for name in ("password", "keys", "properties"):
        (folder / name).write_text(
            {
                "password": f"{SECRET}\n",
                "keys": f"ana=key:{SECRET}\n",
                "properties": f"sasl.password={SECRET}\n",
            }[name],
            encoding="utf-8",
        )
    return {
        "FIEL_DATA_DIR": str(folder),
        "FIEL_DATABASE_URL": f"postgresql://fiel:{SECRET}@127.0.0.1:1/fiel",
        "FIEL_REDIS_URL": f"redis://:{SECRET}@127.0.0.1:1/0",
        "FIEL_RABBITMQ": f"amqp://fiel:{SECRET}@127.0.0.1:1/",
        "FIEL_KAFKA": "127.0.0.1:1",
        "FIEL_KAFKA_PROPERTIES": str(folder / "properties"),
        "FIEL_BRAPI_TOKEN": SECRET,
        "FIEL_HG_KEY": SECRET,
        "FIEL_OWNER_PASSWORD_FILE": str(folder / "password"),
        "FIEL_ALPACA_KEYS": str(folder / "keys"),
        "FIEL_ALERT_SMTP": f"smtps://fiel:{SECRET}@mail.example.org",
        "FIEL_ALERT_FROM": "fiel@example.org",
        "FIEL_ALERT_TO": "ana@example.org",
        "FIEL_ALERT_WEBHOOK": f"https://hooks.example.org/{SECRET}",
    }


def _logged(said: object) -> str:
    """What the log would say of it, in either form, with an exception's whole story."""
    told = ""
    story = said if isinstance(said, BaseException) else None
    for form in LogFormat:
        out = io.StringIO()
        with log_to(out, form):
            logging.getLogger("fiel.test").error("%s %r", said, said, exc_info=story)
        told += out.getvalue()
    assert told
    return told


def test_settings_with_secrets_are_shown_without_them(tmp_path: Path) -> None:
    """Also when they are logged whole."""
    settings = Settings.read(_environment(tmp_path), tmp_path, "linux")
    assert settings.access.owner_password == SECRET
    assert SECRET not in _logged(settings)
    assert SECRET not in repr(settings)


@pytest.mark.parametrize(
    "name",
    [
        "FIEL_DATABASE_URL",
        "FIEL_REDIS_URL",
        "FIEL_RABBITMQ",
        "FIEL_BRAPI_TOKEN",
        "FIEL_HG_KEY",
        "FIEL_ALERT_SMTP",
    ],
)
def test_a_secret_in_a_malformed_setting_is_not_repeated(tmp_path: Path, name: str) -> None:
    """The refusal names the variable, and what to write, and not what was written."""
    environment = _environment(tmp_path) | {name: f"nonsense://{SECRET} \x01:{SECRET}@"}
    told: object
    try:
        told = Settings.read(environment, tmp_path, "linux")
    except FielError as error:
        told = error
    assert SECRET not in _logged(told)
    assert SECRET not in f"{getattr(told, 'details', '')}"


def test_a_database_that_is_away_is_told_without_its_password(tmp_path: Path) -> None:
    """The whole story of the driver's error goes to the log, too."""
    from fiel.bootstrap import open_custody

    settings = Settings.read(_environment(tmp_path), tmp_path, "linux")
    with pytest.raises(FielError) as told:
        open_custody(settings)
    assert SECRET not in _logged(told.value)


def test_passwords_and_keys_that_come_in_are_on_no_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Signing in, failing to, and asking with a key, at the most talkative level."""
    caplog.set_level(logging.DEBUG)
    with guarded(tmp_path) as app:
        app.access.set_owner("dona", PASSWORD)
        app.sign_in("dona", SECRET)
        went = app.sign_in("dona")
        header = app.key(Scope.READ)
        app.client.get("/api/v1/wallet/ana/summary", headers=header)
        session = went.headers["set-cookie"].split("=", 1)[1].split(";")[0]
        deeds = repr(app.access.deeds())
        shown = repr((app.access, app.access.sessions(), app.access.keys(), app.access.owners()))
    ours = "\n".join(
        each.getMessage() for each in caplog.records if each.name.startswith(("fiel", "uvicorn"))
    )
    for secret in (PASSWORD, SECRET, session, header["Authorization"].split()[1]):
        assert secret not in ours
        assert secret not in deeds
        assert secret not in shown
