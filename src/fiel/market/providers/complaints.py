"""What services say when they refuse: the error forms of BRAPI, HG Brasil, BCB, and their meaning.

Sources: the documentation of brapi.dev and hgbrasil.com, and answers of api.bcb.gov.br seen by public
clients (two spellings, `error` and `erro`).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from fiel.market.verdicts import Kind


@dataclass(frozen=True, slots=True)
class Complaint:
    """A refusal. `status`: of HTTP, or the one inside the body when that says worse."""

    status: int
    is_json: bool
    message: str
    code: str = ""


_CODES: Mapping[str, Kind] = MappingProxyType(
    {
        "FEATURE_NOT_AVAILABLE": Kind.PLAN,
        "PLAN_LIMIT": Kind.PLAN,
        "UPGRADE_REQUIRED": Kind.PLAN,
        "UNAUTHORIZED_KEY": Kind.PLAN,
        "INVALID_API_KEY": Kind.AUTH,
        "INVALID_TOKEN": Kind.AUTH,
        "MISSING_TOKEN": Kind.AUTH,
        "UNAUTHORIZED": Kind.AUTH,
        "INVALID_TICKER": Kind.NOT_FOUND,
        "TICKER_NOT_FOUND": Kind.NOT_FOUND,
        "SYMBOL_NOT_FOUND": Kind.NOT_FOUND,
        "NOT_FOUND": Kind.NOT_FOUND,
        "QUOTA_EXCEEDED": Kind.QUOTA_EXHAUSTED,
        "LIMIT_REACHED": Kind.QUOTA_EXHAUSTED,
        "RATE_LIMITED": Kind.RATE_LIMITED,
        "RATE_LIMIT_EXCEEDED": Kind.RATE_LIMITED,
        "TOO_MANY_REQUESTS": Kind.RATE_LIMITED,
        "INVALID_RANGE": Kind.BAD_REQUEST,
        "INVALID_PARAMETER": Kind.BAD_REQUEST,
        "MISSING_PARAMETER": Kind.BAD_REQUEST,
    }
)
#: The first words that are found decide. Without accents, in lower case.
_WORDS: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    (Kind.WINDOW_TOO_LONG, ("janela de consulta", "10 anos", "window is too long", "maximo 10")),
    (
        Kind.QUOTA_EXHAUSTED,
        ("limite de requisic", "limite diario", "limite mensal", "quota", "cota de req", "request limit"),
    ),
    (Kind.RATE_LIMITED, ("too many requests", "muitas requisic", "rate limit", "requisicao invalida!")),
    (
        Kind.PLAN,
        (
            "seu plano",
            "your plan",
            "upgrade",
            "plano pro",
            "plano startup",
            "nao possui acesso",
            "nao esta disponivel no plano",
            "feature not available",
            "conta pro",
            "plano gratuito",
        ),
    ),
    (
        Kind.AUTH,
        (
            "token",
            "chave valida",
            "chave invalida",
            "chave de api",
            "api key",
            "unauthorized",
            "nao autorizad",
            "invalid key",
        ),
    ),
    (
        Kind.NOT_FOUND,
        (
            "nao encontramos",
            "nao encontrad",
            "not found",
            "ticker invalido",
            "simbolo nao",
            "erro 852",
            "no data found, symbol",
        ),
    ),
    (
        Kind.UPSTREAM_DOWN,
        (
            "something went wrong",
            "algo deu errado",
            "internal",
            "temporar",
            "try again",
            "tente novamente",
            "indispon",
            "unavailable",
            "timed out",
            "timeout",
        ),
    ),
    (
        Kind.BAD_REQUEST,
        (
            "parametro",
            "parameter",
            "campo '",
            "quantidade maxima",
            "invalid",
            "missing required",
            "obrigatori",
            "query value",
        ),
    ),
)


def complaint_in(value: object, status: int, *, error_status: bool = False) -> Complaint | None:
    """The refusal in a JSON body, when it is one as a whole; `error_status`: anything said counts.

    Errors beside results (HG's second version, BRAPI's macro) are not refusals of the whole.
    """
    if not isinstance(value, dict):
        return Complaint(status, is_json=True, message="") if error_status else None
    erro = value.get("erro")
    if isinstance(erro, dict):
        inner = erro.get("statusCode")
        own = int(inner) if isinstance(inner, Decimal) and 100 <= inner <= 599 else 500
        return Complaint(max(status, own), is_json=True, message=_text(erro.get("detail")))
    failed = value.get("error")
    if isinstance(failed, dict):
        code, message = _text(failed.get("code")), _text(failed.get("message"))
        return Complaint(status, is_json=True, message=message, code=code.upper())
    if failed is True or (isinstance(failed, str) and failed):
        message = failed if isinstance(failed, str) else ""
        message = " ".join(filter(None, (message, _text(value.get("message")))))
        return Complaint(status, is_json=True, message=message, code=_text(value.get("code")).upper())
    if error_status or (isinstance(erro, str) and erro):
        message = _text(erro) or _text(value.get("message")) or _text(value.get("detail"))
        return Complaint(status, is_json=True, message=message, code=_text(value.get("code")).upper())
    return None


def kind_of_text(complaint: Complaint) -> Kind | None:
    """By code, else by words; `None` when neither is known."""
    if complaint.code in _CODES:
        return _CODES[complaint.code]
    text = plain_words(complaint.message)
    return next((kind for kind, words in _WORDS if any(word in text for word in words)), None)


def kind_of_status(complaint: Complaint) -> Kind:
    """By status, refined by code and words where a status has several meanings."""
    status, said = complaint.status, kind_of_text(complaint) if complaint.is_json else None
    if status >= 500:
        return Kind.UPSTREAM_DOWN
    if status == 429:
        return Kind.QUOTA_EXHAUSTED if said is Kind.QUOTA_EXHAUSTED else Kind.RATE_LIMITED
    if status == 402:
        return Kind.PLAN if said is Kind.PLAN else Kind.QUOTA_EXHAUSTED
    if status == 401:
        return Kind.PLAN if said is Kind.PLAN else Kind.AUTH
    if status == 403:
        if not complaint.is_json:
            return Kind.RATE_LIMITED if complaint.message.startswith("<") else Kind.AUTH
        return said if said in (Kind.PLAN, Kind.QUOTA_EXHAUSTED, Kind.RATE_LIMITED) else Kind.AUTH
    if status in (404, 410):
        # A page instead of the service's own words is the gateway speaking, not the service.
        return Kind.NOT_FOUND if complaint.is_json else Kind.UPSTREAM_DOWN
    if status == 406:
        return Kind.WINDOW_TOO_LONG
    if status == 408:
        return Kind.TIMEOUT
    if status == 400:
        return _bad_request(complaint, said)
    if 400 <= status < 500:
        return Kind.PLAN if said is Kind.PLAN else Kind.BAD_REQUEST
    return Kind.UPSTREAM_DOWN


def _bad_request(complaint: Complaint, said: Kind | None) -> Kind:
    if not complaint.is_json and "requisicao invalida!" in plain_words(complaint.message):
        return Kind.RATE_LIMITED
    return said if said is not None else Kind.BAD_REQUEST


def plain_words(text: str) -> str:
    """Lower case without accents."""
    decomposed = unicodedata.normalize("NFKD", text[:2000].lower())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


def _text(value: object) -> str:
    return value[:400] if isinstance(value, str) else ""
