"""Bank and private credit: what is paid when, and what a unit is worth on the curve. Pure.

Covers CDB, RDB, LC, LCI, LCA, CRI, CRA, debentures and commercial notes.
"""
