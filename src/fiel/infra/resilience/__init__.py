"""Asking services that fail: pieces that bound, pace, retry and remember, and `pipeline`, which joins them.

Nothing here knows what is asked. Clock, elapsed time, pauses and randomness come from outside (`timing`).
"""
