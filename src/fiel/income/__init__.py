"""What is paid and when: entitlement, states, reconciliation, forecast, and the calendar."""
