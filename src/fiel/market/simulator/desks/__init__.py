"""One desk per service: `route` tells what a request is about, `respond` answers it from a view."""
