"""The copilot's statements: the only place of this room that speaks SQL."""
