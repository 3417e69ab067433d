"""What keeps the program running: traces, numbers, notices, files of the production shape."""
