"""Tests of the auto-balancer's portfolios and tables."""
