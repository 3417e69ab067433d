"""Brazilian fixed income, pure: accrual, treasury bonds, private credit with schedules, savings, returns."""
