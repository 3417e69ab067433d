"""Brazilian tax rules as dated tables and pure functions."""
