"""Tests of the room rebalancing."""
