"""Numeric kernels: plain functions on flat arrays, interpreted or compiled from the same source.

Everything here is measured in units of the whole (W = 1), so that the answer does not depend on
the currency's scale. What a kernel writes to is given to it, or is scratch of its own from
`arrays.scratch`, made once per search: lists when interpreted, arrays when compiled.
"""
