"""The forecast of income, walked forward over real dividends."""
