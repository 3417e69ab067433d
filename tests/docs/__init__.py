"""The documentation is run: its code blocks, its console sessions, the examples in docstrings."""
