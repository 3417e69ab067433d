"""What this machine and these databases can do with the same work, without a product around it."""
