"""What one owns and wants: instruments, positions, quotes, targets, valuation."""
