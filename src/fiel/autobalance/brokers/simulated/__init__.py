"""An exchange of our own, in process or as a process: prices, books, matching, and faults by seed."""
