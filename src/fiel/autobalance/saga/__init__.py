"""The batch as a state machine without a clock, a network or a database."""
