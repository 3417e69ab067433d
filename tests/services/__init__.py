"""Real services: the pytest plugin that lends them to tests, and the tests of scripts/services."""
