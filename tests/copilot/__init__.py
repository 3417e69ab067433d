"""The copilot: files, answers, plans."""
