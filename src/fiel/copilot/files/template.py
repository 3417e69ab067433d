"""The portfolio file that `fiel init` writes: an example to edit, commented, and valid as it stands."""

from __future__ import annotations

_TEMPLATE = """\
# A portfolio for Fiel. Edit it, then ask:   fiel plan THIS-FILE.toml --cash 1000
# Numbers stand between quotes, with a dot for the decimals: "1234.56". Weights are percent.
schema = "fiel-portfolio/1"
name = "My portfolio"
currency = "BRL"

[cash]
available = "350.00"   # money already at the broker, waiting
minimum = "0"          # what must be left after the orders

[prices]               # for all assets, unless one says otherwise
as_of = 2023-12-18     # the day of the prices (its close, in Brasilia time)
source = "B3 close"
# max_age_days = "5"   # refuse to plan on prices older than this

# ---------------------------------------------------------------- what I hold
# kind: stock, stock_fractional (ticker + F), fii, etf, bdr, treasury, fixed_income, fund, crypto,
#       fractional, other. It sets the lot and the tax; a ticker such as PETR4 tells it by itself.

[assets.PETR4F]        # the fractional market: lot 1 instead of 100
quantity = "40"
average_cost = "30.12" # needed only if it may be sold: it sets the gain that is taxed
price = "35.84"

[assets.VALE3F]
quantity = "20"
average_cost = "68.40"
price = "72.10"

[assets.MXRF11]        # 11 may be a FII, an ETF or a unit of shares: say which
kind = "fii"
quantity = "150"
average_cost = "10.35"
price = "10.60"
# lot = "1"            # these are the other things you can say of any asset:
# minimum_order = "100"
# can_buy = false
# can_sell = false
# max_weight = "20"    # never buy above this percent of the whole
# tax_group = "none"   # or the name of a [tax.NAME] below
# name = "Maxi Renda"
# ignore = true        # held on purpose outside the plan

[assets.BOVA11]
kind = "etf"
quantity = "5"
average_cost = "112.00"
price = "127.20"

# ---------------------------------------------------------------- what I want
# Each weight is percent of the table above it, and every table adds up to exactly 100.

[targets.shares]
weight = "50"
label = "Shares"
PETR4F = "50"          # an asset and its percent of the class
VALE3F = "50"

[targets.funds]
weight = "45"
label = "Funds"

[targets.funds.index]  # classes may hold classes, to any depth
weight = "60"
BOVA11 = "100"

[targets.funds.property]
weight = "40"
band = { absolute = "5", relative = "25" }   # its own band: points of the whole, percent of its weight
MXRF11 = "100"

[targets.cash]
weight = "5"
cash = true

# ------------------------------------------------- when to act without new money
[strategy]
kind = "threshold"     # none, threshold (a band), calendar (a date) or hybrid (a band on a date)
absolute = "5"         # out of band: off by more than 5 points of the whole...
relative = "25"        # ...or by more than 25 percent of its own weight, whichever is less
# basis = "parent"     # measure against the class above rather than the whole
# frequency = "monthly"            # weekly, monthly, quarterly, yearly: for calendar and hybrid
# last_rebalance = 2023-11-30
# destination = "tolerance"        # target (default), edge of the band, or tolerance around the target
# tolerance = { absolute = "2" }

[fees]                 # of each order
fixed = "0"
rate = "0.03"          # percent of its value
# [[fees.tiers]]       # or by the value of the order; the last tier has no up_to
# up_to = "1000"
# fixed = "2.50"
# [[fees.tiers]]
# rate = "0.25"

[tax.br_stock]         # 15 percent, exempt while the month's sales are at most 20000: known already
sales_so_far = "0"     # this month, up to today
gain_so_far = "0"
loss_carry = "0"       # losses of earlier months still to use

[objective]
metric = "absolute"    # in money; "relative" compares each error with its target
kappa = "eager"        # how much a cost weighs: eager (1), balanced (12.5), patient (50), or a number
"""


def template() -> str:
    """The commented example, ready to write to a file."""
    return _TEMPLATE
