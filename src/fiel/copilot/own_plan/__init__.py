"""The plan of the saved book: its targets as text, what it holds, and the portfolio that both make."""
