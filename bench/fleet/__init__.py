"""Measurements of the auto-balancer on fleets."""
