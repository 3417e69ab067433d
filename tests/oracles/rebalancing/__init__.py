"""Referee of the rebalancing engine: checker, brute force, solver models and a generator of instances.

Everything here works on `rebalancing-instance/1` dictionaries, and imports nothing from the product.
"""
