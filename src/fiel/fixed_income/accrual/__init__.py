"""What a rate makes of money over days: CDI, Selic, prefixed, IPCA. Pure functions and values.

Money per unit is Decimal; rates are percent per year (14.65) unless a name says otherwise.
"""
