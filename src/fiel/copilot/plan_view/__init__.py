"""How a plan is shown: one view of rows that add up to the cent, then text, HTML, and records of it."""
