"""What each service is asked and how its answers are read. Nothing here connects to anything."""
