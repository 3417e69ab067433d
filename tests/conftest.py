"""The real services every test may ask for by fixture."""

pytest_plugins = ["tests.services.plugin"]
