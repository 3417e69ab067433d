"""Tax on gains from the custody book: trades, events and income put together, then months and years."""
