"""Tests, one folder per room; `tests/tidy` holds the house rules, `tests/docs` runs the documentation."""
