"""How money did: returns over time. Pure."""
