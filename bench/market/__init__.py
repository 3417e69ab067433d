"""The market room's benchmark."""
