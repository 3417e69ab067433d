"""The auto-balancer in a database: sagas with every attempt, portfolios with what people said of them."""
