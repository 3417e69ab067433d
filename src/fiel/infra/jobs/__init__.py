"""Jobs: work to be done once each, by whoever is free; `port` says what a queue does, adapters how."""
