"""The pages and the API under load."""
