"""What acts without a person: ticks to drift, drift to orders, orders to a book that adds up again."""
