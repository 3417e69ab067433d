"""View-models: what a page shows, as numbers and dates; no HTTP and no text."""
