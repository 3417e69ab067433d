"""Numeric kernels: plain functions on flat arrays, interpreted or compiled from the same source.

Everything here is measured in units of the whole (W = 1), so that the answer does not depend on
the currency's scale. A kernel allocates nothing: lists do when interpreted, arrays when compiled.
"""
