"""The income of wallets: what custody holds, what the market announced, and what is made of both."""
