"""Importing what people have: files of B3, brokers, banks and other trackers, read, previewed and booked."""
