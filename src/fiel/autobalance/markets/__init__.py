"""Where prices come from when no market is there: walks, crashes, and days that were recorded."""
