"""Infra: machines without finance (storage, messaging, system clock and ids). Imports the kernel only."""
