"""One event of a paper, from its factors: update, interest, amortisation, what is left.

    VNA = T-8(VN * C)                    C = 1 without indexation
    J   = T-8(VNA * (FatorJuros - 1))
    AM  = T-8(base * percent/100)        base = VNA, or the original value
    PU before the event = VNA + J;       payment = J paid + AM;       VN after = VNA - AM (+ J capitalised)

Source: B3, Caderno de Fórmulas (debêntures); reproduces published unit prices of six debentures.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext

from fiel.fixed_income.accrual.interest import grown, interest
from fiel.fixed_income.credit.schedule import Interest
from fiel.kernel.decimals import DecimalInput, parse_decimal
from fiel.kernel.errors import InvalidInput
from fiel.kernel.rounding import exact_context, finance_context, truncate


@dataclass(frozen=True, slots=True)
class Settlement:
    """What one event does to one unit. Money in reais with 8 decimals."""

    #: Nominal value before the event, updated by the index (VNA).
    updated: Decimal
    #: Run up by the event, whether paid or capitalised.
    interest: Decimal
    interest_paid: Decimal
    amortisation: Decimal
    nominal_after: Decimal

    @property
    def payment(self) -> Decimal:
        """Interest paid plus amortisation."""
        return exact_context().add(self.interest_paid, self.amortisation)

    @property
    def price_before(self) -> Decimal:
        """PU before the event: updated nominal value plus interest."""
        return exact_context().add(self.updated, self.interest)

    @property
    def price_after(self) -> Decimal:
        """PU after the event: what has not been paid."""
        return exact_context().subtract(self.price_before, self.payment)


def settle(
    nominal: DecimalInput,
    *,
    index_factor: DecimalInput = 1,
    interest_factor: DecimalInput = 1,
    amortisation_percent: DecimalInput = 0,
    amortisation_base: DecimalInput | None = None,
    treatment: Interest = Interest.PAID,
) -> Settlement:
    """One event of a unit of `nominal` reais.

    `amortisation_percent` is of the updated nominal value, or of `amortisation_base` reais when given
    (the original value). Raises `InvalidInput` when it amortises more than there is.

    >>> settle("97.75", interest_factor="1.050961511", amortisation_percent="2.25",
    ...        amortisation_base="100").payment
    Decimal('7.23148770')
    """
    if treatment is Interest.KEPT:
        raise InvalidInput("interest_kept", "interest that runs on is no event", field="treatment")
    percent = parse_decimal(amortisation_percent, field="amortisation_percent", minimum=0, maximum=100)
    updated = grown(nominal, index_factor)
    run_up = interest(updated, interest_factor)
    base = updated if amortisation_base is None else parse_decimal(amortisation_base, field="base", minimum=0)
    with localcontext(finance_context()):
        paid_back = truncate(base * percent / 100, 8)
        if paid_back > updated:
            raise amortised_too_much(paid_back, updated)
        capitalised = treatment is Interest.CAPITALISED
        return Settlement(
            updated=updated,
            interest=run_up,
            interest_paid=Decimal(0) if capitalised else run_up,
            amortisation=paid_back,
            nominal_after=updated - paid_back + (run_up if capitalised else 0),
        )


def amortised_too_much(paid_back: Decimal, updated: Decimal) -> InvalidInput:
    """The refusal of a table that gives back more than there is, in reais."""
    return InvalidInput(
        "amortised_too_much",
        f"{paid_back} would be amortised of {updated}; check the table and its base",
        field="amortisation_percent",
    )
