"""Rebalancing: from a valued tree of targets to orders, each with its proof and its reason. Pure."""
