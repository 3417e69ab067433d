"""Targets: what a portfolio should look like. The text that a person wrote is the truth; JSON shows it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Header, Request
from starlette.responses import Response

from fiel.copilot.files.portfolio_file import BYTES_MAX
from fiel.copilot.own_plan.desk import OwnPlanDesk, SavedTargets
from fiel.copilot.own_plan.first_targets import held_text
from fiel.copilot.own_plan.prices import with_kept_prices
from fiel.copilot.own_plan.tree import target_tree
from fiel.copilot.plan_view.words import Lang
from fiel.entrypoints.answers.targets import targets_record
from fiel.entrypoints.answers.values import moment_text
from fiel.entrypoints.http.api.answering import answered, matches, problems, reads, reply
from fiel.entrypoints.http.api.desk import READ, TRADE, At, Desk, Wallet
from fiel.entrypoints.http.api.memo import own_of
from fiel.entrypoints.http.api.models import Currency, Day, Decimal, Instant, Shape
from fiel.entrypoints.http.api.repeating import hashed
from fiel.entrypoints.http.problems import problem
from fiel.kernel.errors import InvalidInput, NotFound

routes = APIRouter(prefix="/api/v1/portfolios/{wallet}/targets", tags=["targets"], dependencies=[READ])
TOML = "application/toml"
_EXAMPLE = """\
schema = "fiel-portfolio/1"

[targets.acoes]
weight = "60"
label = "Ações"
PETR4 = "50"
VALE3 = "50"

[targets.fiis]
weight = "40"
label = "FIIs"
HGLG11 = "100"
"""


class TargetNode(Shape):
    """One node. `weightPercent` is of the class above; `target` and `actual` are fractions of the whole."""

    id: str
    label: str
    asset: str | None
    is_cash: bool
    weight_percent: Decimal
    target: Decimal
    actual: Decimal | None
    value: Decimal | None


class PriceTold(Shape):
    """Where the prices of some assets come from."""

    source: str | None
    as_of: Instant | None
    assets: list[str]


class TargetsTree(Shape):
    """The tree in the order of the text, money in `currency`."""

    positions_on: Day
    currency: Currency
    whole: Decimal | None
    cash: Decimal
    targets: list[TargetNode]
    without_price: list[str]
    prices: list[PriceTold]


class Unused(Shape):
    """A figure of the text that the book says by itself."""

    place: str
    line: int | None


class Targets(TargetsTree):
    """The saved targets: the tree, and the text that it was read from."""

    user_id: str
    changed_at: Instant
    text: str
    unused: list[Unused]


class Saved(Shape):
    """Targets that were checked and kept."""

    wallet: str
    changed_at: Instant
    assets: int
    nodes: int
    unused: list[Unused]


IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=1_000,
        description="The ETag of the targets that are replaced: another version is then left alone (412).",
    ),
]
IfNoneMatch = Annotated[
    str | None,
    Header(alias="If-None-Match", max_length=1_000, description="`*`: only when there are none yet (412)."),
]


_TEXT: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The text, TOML; with `template` and without saved targets, one to begin with",
        "content": {TOML: {"schema": {"type": "string"}, "example": _EXAMPLE}},
        "headers": {"ETag": {"schema": {"type": "string"}, "description": "Of the text"}},
    },
    304: {"description": "What the caller has is still so"},
}


def tag_of(saved: SavedTargets) -> str:
    """The tag of a text, whatever prices say."""
    return f'W/"t-{hashed(saved.body)}"'


@routes.get(
    "",
    summary="The targets with what there is of each",
    operation_id="getTargets",
    responses=reads(Targets, "The tree at the prices that are kept, and the text itself", 422),
)
def shown(request: Request, wallet: Wallet, desk: At) -> Response:
    """The tree of the saved text; without a price, `actual` is null. If-Match wants the ETag of the text."""
    name = desk.known(wallet)
    own = own_of(request, desk, name)
    if own.saved is None or own.portfolio is None:
        raise _missing(name)
    portfolio = with_kept_prices(own.portfolio.portfolio, desk.services.prices)
    body: dict[str, Any] = {
        "userId": name,
        "changedAt": moment_text(own.saved.changed_at),
        "text": own.saved.body,
        "unused": [{"place": each.place, "line": each.line} for each in own.portfolio.targets.unused],
    }
    tree = targets_record(target_tree(portfolio), portfolio, desk.today.isoformat())
    return reply(request, body | tree)


@routes.get(
    "/text",
    summary="The text of the targets",
    operation_id="getTargetsText",
    responses=_TEXT | problems(),
    response_class=Response,
)
def text(request: Request, wallet: Wallet, desk: At, template: bool = False) -> Response:
    """What a person wrote, byte for byte. With `template=true` and nothing saved: a text that begins with
    what the book holds, at today's weights."""
    name = desk.known(wallet)
    plans = OwnPlanDesk(desk.database, desk.services.clock)
    saved = plans.saved(name)
    if saved is None and template:
        return Response(_template(plans, name, desk), media_type=TOML)
    saved = _required(plans, name)
    tag = tag_of(saved)
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if matches(request.headers.get("if-none-match"), tag):
        return Response(None, 304, headers)
    return Response(saved.body.encode(), headers=headers, media_type=TOML)


@routes.put(
    "/text",
    summary="Replace the targets",
    operation_id="putTargetsText",
    dependencies=[TRADE],
    responses=answered(Saved, "They were checked whole and are kept", headers=["ETag"])
    | problems(409, 412, 415),
)
def put(
    request: Request,
    wallet: Wallet,
    desk: At,
    body: Annotated[
        bytes, Body(media_type=TOML, description="A portfolio file (TOML).", examples=[_EXAMPLE])
    ],
    if_match: IfMatch = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """The text is checked whole: every problem is named with its line, and nothing is kept then. Quantities,
    cash and the month's tax in it are not used: the book says them."""
    name = desk.known(wallet)
    plans = OwnPlanDesk(desk.database, desk.services.clock)
    written = _text(body)
    saved = plans.saved(name)
    if _differs(saved, if_match, if_none_match):
        return problem(
            412,
            "precondition_failed",
            "the targets are not the ones that you say; read them again",
            at=desk.now,
            path=request.url.path,
            field="If-Match",
        )
    targets = plans.read(plans.look(name), written, name="targets")
    plans.replace(name, written, None if saved is None else saved.body)
    now = plans.saved(name) or saved
    return reply(
        request,
        {
            "wallet": name,
            "changedAt": moment_text(desk.now if now is None else now.changed_at),
            "assets": len(targets.portfolio.assets),
            "nodes": sum(1 for _ in targets.portfolio.targets.walk()) - 1,
            "unused": [{"place": each.place, "line": each.line} for each in targets.unused],
        },
        headers={} if now is None else {"ETag": tag_of(now)},
    )


def _differs(saved: SavedTargets | None, if_match: str | None, if_none_match: str | None) -> bool:
    if saved is None:
        return if_match is not None
    tag = tag_of(saved)
    return (if_match is not None and not matches(if_match, tag)) or matches(if_none_match, tag)


def _required(plans: OwnPlanDesk, wallet: str) -> SavedTargets:
    saved = plans.saved(wallet)
    if saved is None:
        raise _missing(wallet)
    return saved


def _missing(wallet: str) -> NotFound:
    return NotFound("targets_missing", f"{wallet} has no targets yet; PUT a text", field="targets")


def _template(plans: OwnPlanDesk, wallet: str, desk: Desk) -> bytes:
    return held_text(plans, desk.services.prices, plans.look(wallet), desk.today, Lang.PT).text.encode()


def _text(body: bytes) -> str:
    if len(body) > BYTES_MAX:
        raise InvalidInput("file_too_large", f"a text has at most {BYTES_MAX} bytes", field="body")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidInput("text_malformed", "the text is not UTF-8", field="body") from None
