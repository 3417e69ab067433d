"""Answers about one fixed-income title: its price, its rate, its payments, and how each number was made."""
