"""Answers for programs, as the command line and the HTTP API give them alike."""
