"""Caches in layers: `port` says what a layer does; memory, Redis, and several of them as one."""
