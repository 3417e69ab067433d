"""Bank statements in OFX, as Brazilian banks write them."""
