"""Portfolio: what one owns and wants. Instruments, positions, the tree of targets, valuation. Pure."""
