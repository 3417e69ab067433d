"""The words of the doors: help, errors and notes, in Brazilian Portuguese and in English."""
