"""SQL of market data. Each class is a small group of statements on one database; none of them decides."""
