"""Brokerage notes in PDF: the SINACOR family (Clear, Rico, XP, Inter) and NuInvest."""
