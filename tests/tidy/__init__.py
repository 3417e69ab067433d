"""The house rules as code: each rule has a test on this repository and a test that it bites."""
