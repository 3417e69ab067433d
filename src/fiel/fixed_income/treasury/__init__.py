"""Federal bonds: prices from rates, rates from prices, coupons and updated nominal values.

Ltn, NtnF            fixed rate
NtnB, NtnBPrincipal  IPCA plus a rate
NtnB1                IPCA, monthly parts (RendA+, Educa+)
NtnC                 IGP-M plus a rate
Lft                  Selic
vna                  updated nominal values
tesouro_direto       the retail window's rules
"""

from fiel.fixed_income.treasury.discounting import Flow
from fiel.fixed_income.treasury.lft import Lft
from fiel.fixed_income.treasury.ltn import Ltn
from fiel.fixed_income.treasury.ntnb import NtnB
from fiel.fixed_income.treasury.ntnb1 import NtnB1, Plan
from fiel.fixed_income.treasury.ntnb_principal import NtnBPrincipal
from fiel.fixed_income.treasury.ntnc import NtnC
from fiel.fixed_income.treasury.ntnf import NtnF

__all__ = ["Flow", "Lft", "Ltn", "NtnB", "NtnB1", "NtnBPrincipal", "NtnC", "NtnF", "Plan"]
