"""Measurements of the rebalancing engine against its peers: `python -m bench.run`. Nothing here is a test."""
