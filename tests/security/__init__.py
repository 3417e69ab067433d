"""Who may come in, what is asked of whom, and what is written down about it."""
