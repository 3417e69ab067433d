"""The tables of a portfolio file, apart from the targets: assets, strategy, fees, tax, objective."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType

from fiel.copilot.files.portfolio_targets import read_band
from fiel.copilot.files.section import Section
from fiel.portfolio.instruments import Kind, infer_kind, market_facts, tax_group_facts
from fiel.portfolio.targets import Band
from fiel.rebalancing.problem import (
    COST_SENSITIVITIES,
    AssetLine,
    Basis,
    Destination,
    FeeSchedule,
    FeeTier,
    Frequency,
    Metric,
    Objective,
    Strategy,
    StrategyKind,
    TaxGroup,
)

ZERO = Decimal(0)
ID_LENGTH_MAX = 64
NO_TAX = "none"


class PriceDefaults:
    """The `[prices]` table: when and whence the prices come, unless an asset says otherwise."""

    def __init__(self, section: Section | None) -> None:
        self.as_of: datetime | None = section.moment("as_of") if section else None
        self.source: str | None = section.text("source") if section else None
        days = section.decimal("max_age_days") if section else None
        self.age_seconds_max: Decimal | None = None if days is None else days * 86_400
        if section:
            section.finish()

    @property
    def day(self) -> date | None:
        return self.as_of.date() if self.as_of else None


def read_assets(section: Section, prices: PriceDefaults) -> tuple[AssetLine, ...]:
    """One line per table `[assets.ID]`, in the order of the file."""
    lines: list[AssetLine] = []
    for key, value in list(section.others()):
        section.knows(key)
        if not isinstance(value, Mapping):
            section.add("table_expected", f"an asset is a table: [assets.{key[:ID_LENGTH_MAX]}]", key)
        elif not key or not key.isprintable() or key != key.strip() or len(key) > ID_LENGTH_MAX:
            section.add("text_not_plain", f"an asset id is 1 to {ID_LENGTH_MAX} printable characters", key)
        else:
            lines.append(_read_asset(section.inner(key, value), key, prices))
    return tuple(lines)


def _read_asset(section: Section, asset_id: str, prices: PriceDefaults) -> AssetLine:
    kind = section.choice("kind", Kind) or infer_kind(asset_id)
    if kind is None:
        if not section.findings.any_at((*section.path, "kind")):
            words = ", ".join(Kind)
            section.add("kind_missing", f"say what {asset_id} is: kind = one of {words}", "kind")
        kind = Kind.OTHER
    facts = market_facts(kind, prices.day)
    lot = section.decimal("lot")
    group = section.text("tax_group")
    as_of = section.moment("as_of")
    line = AssetLine(
        id=asset_id,
        price=section.decimal("price"),
        quantity=section.decimal("quantity") or ZERO,
        lot=facts.lot if lot is None else lot,
        average_cost=section.decimal("average_cost"),
        tax_group=facts.tax_group if group is None else (None if group == NO_TAX else group),
        minimum_order=section.decimal("minimum_order") or ZERO,
        can_buy=section.flag("can_buy", default=True),
        can_sell=section.flag("can_sell", default=True),
        maximum_weight=section.percent("max_weight", at_most=100),
        as_of=as_of or prices.as_of,
        source=section.text("source") or prices.source,
        kind=str(kind),
        name=section.text("name"),
        ignored=section.flag("ignore", default=False),
    )
    section.finish()
    return line


def read_strategy(section: Section | None) -> Strategy:
    """When to act without a flow, and where to go; none when the table is absent."""
    if section is None:
        return Strategy()
    kind = section.choice("kind", StrategyKind)
    if kind is None and "kind" not in section:
        words = ", ".join(StrategyKind)
        section.add("key_missing", f"say which strategy: kind = one of {words}", "kind")
    strategy = Strategy(
        kind=kind or StrategyKind.NONE,
        band=Band(section.percent("absolute", at_most=100), section.percent("relative")),
        basis=section.choice("basis", Basis) or Basis.PORTFOLIO,
        leaves_only=section.flag("leaves_only", default=False),
        frequency=section.choice("frequency", Frequency),
        last_rebalance=section.day("last_rebalance"),
        destination=section.choice("destination", Destination) or Destination.TARGET,
        tolerance=read_band(section, "tolerance") or Band(),
    )
    section.finish()
    return strategy


def read_fees(section: Section | None) -> FeeSchedule:
    """What an order costs; nothing when the table is absent."""
    if section is None:
        return FeeSchedule()
    tiers: list[FeeTier] = []
    for tier in section.sections("tiers"):
        tiers.append(
            FeeTier(
                tier.decimal("up_to"),
                tier.decimal("fixed") or ZERO,
                tier.percent("rate", at_most=100) or ZERO,
            )
        )
        tier.finish()
    fees = FeeSchedule(
        section.decimal("fixed") or ZERO, section.percent("rate", at_most=100) or ZERO, tuple(tiers)
    )
    section.finish()
    return fees


def read_tax_groups(
    section: Section | None, assets: tuple[AssetLine, ...], day: date | None
) -> Mapping[str, TaxGroup]:
    """The groups of the file, and the market's for the assets that belong to one by their kind."""
    groups: dict[str, TaxGroup] = {}
    for key in [key for key, _ in section.others()] if section else ():
        table = section.section(key) if section else None
        if table is not None:
            groups[key] = _read_tax_group(table, key, day)
    for group_id in sorted({asset.tax_group for asset in assets if asset.tax_group} - groups.keys()):
        facts = tax_group_facts(group_id, day)
        if facts is not None:
            groups[group_id] = TaxGroup(group_id, facts.rate, facts.exempt_sales)
    return MappingProxyType(groups)


def _read_tax_group(section: Section, group_id: str, day: date | None) -> TaxGroup:
    facts = tax_group_facts(group_id, day)
    rate = section.percent("rate", at_most=100)
    exempt = section.decimal("exempt_sales")
    if rate is None and facts is None and "rate" not in section:
        section.add("key_missing", "give its rate, in percent of the gains", "rate")
    group = TaxGroup(
        id=group_id,
        rate=rate if rate is not None else (facts.rate if facts else ZERO),
        exempt_sales=exempt if exempt is not None else (facts.exempt_sales if facts else None),
        loss_carry=section.decimal("loss_carry") or ZERO,
        sales_so_far=section.decimal("sales_so_far") or ZERO,
        gain_so_far=section.decimal("gain_so_far") or ZERO,
    )
    section.finish()
    return group


def read_objective(section: Section | None) -> Objective:
    """What counts as near the targets, and how much a cost weighs against it."""
    if section is None:
        return Objective()
    kappa = _read_kappa(section)
    objective = Objective(
        metric=section.choice("metric", Metric) or Metric.ABSOLUTE,
        kappa=Decimal(1) if kappa is None else kappa,
        level_multipliers=read_multipliers(section),
    )
    section.finish()
    return objective


def _read_kappa(section: Section) -> Decimal | None:
    """A number, or a cost sensitivity by name: "eager", "balanced" or "patient"."""
    value = section.raw("kappa")
    if not isinstance(value, str) or not value.isalpha():
        return section.decimal("kappa")
    if value not in COST_SENSITIVITIES:
        words = ", ".join(COST_SENSITIVITIES)
        section.add("cost_sensitivity_unknown", f"kappa is a number, or one of {words}", "kappa")
    return COST_SENSITIVITIES.get(value)


def read_multipliers(section: Section) -> tuple[Decimal, ...]:
    """The multipliers of each level, root first."""
    value = section.raw("level_multipliers")
    if value is None:
        return ()
    if not isinstance(value, list):
        section.add("list_expected", 'level_multipliers must be a list: ["1", "2"]', "level_multipliers")
        return ()
    numbers = [section.number("level_multipliers", item) for item in value]
    return tuple(number for number in numbers if number is not None)
