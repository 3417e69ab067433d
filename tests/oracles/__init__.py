"""Independent referees: they share no code with what they judge."""
