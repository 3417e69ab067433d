"""Copilot: answers questions, moves nothing. Reads files, assembles portfolios, asks the engine."""
