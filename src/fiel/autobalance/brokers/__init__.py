"""Brokers that sagas trade through: simulated, on paper, and real ones."""
