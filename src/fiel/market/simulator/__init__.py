"""A stand-in for the market data services: a real HTTP server on loopback, and the same with no sockets.

It speaks BRAPI, HG Brasil, SGS, olinda, ipeadata and B3 from recorded figures as of a simulated instant,
continued by a seeded walk after they end, and makes the faults it is told to make. `Truth` says what the
right answer is. Nothing in here is market data for decisions.
"""
