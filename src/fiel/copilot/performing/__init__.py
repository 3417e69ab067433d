"""How a wallet did: the custody book put together for `fiel.performance`, yardsticks, and what is shown."""
