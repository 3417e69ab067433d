"""Tests of the auto-balancer's journal."""
