"""Files that people and programs write: portfolios in TOML, instances in JSON. Bounded, located, plain."""
