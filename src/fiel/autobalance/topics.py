"""The names on the bus: what the auto-balancer reads, and what it tells."""

#: Accepted prices, keyed by ticker (written by `market`, or by an exchange of ours).
PRICE_TICKS = "price-ticks-v1"
#: Portfolios out of band, keyed by portfolio: what the workers consume as a group.
REBALANCE_REQUESTS = "rebalance-requests-v1"
#: What a person must look at, keyed by portfolio.
ALERTS = "autobalance-alerts-v1"
