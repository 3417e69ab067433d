"""Kernel: values with a unit, rounding, calendars, clocks, ids and the error tree.

Pure; imports nothing of Fiel's other rooms.
"""
