"""What the ledger costs: reading, deciding and folding, in batches as a consumer takes them."""
