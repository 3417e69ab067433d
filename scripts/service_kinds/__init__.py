"""How each service is had, started, asked and stopped. `cli` holds the verbs, `kinds` the table."""
