"""Whether a value that could be read may be believed: pure checks, `check(value, history, context)`."""
