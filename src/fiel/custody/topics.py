"""The names on the bus: what custody reads, and what it tells."""

ORDER_EVENTS = "order-events-v1"
DEAD_LETTERS = "order-events-v1.dlq"
WALLET_EVENTS = "wallet-events-v1"
ALERTS = "custody-alerts-v1"
