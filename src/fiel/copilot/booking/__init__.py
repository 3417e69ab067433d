"""Booking what files hold and what people type: compared with the book first, then all of it or nothing."""
