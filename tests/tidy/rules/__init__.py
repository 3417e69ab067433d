"""The rules. Each takes a folder and returns what it found, one line per finding, as `path:line: text`."""
