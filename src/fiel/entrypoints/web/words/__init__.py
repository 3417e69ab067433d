"""The text of each page, Portuguese and English side by side."""
