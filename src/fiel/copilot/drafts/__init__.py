"""Imports on their way: files that were read and are looked at, mended and decided before they are booked."""
