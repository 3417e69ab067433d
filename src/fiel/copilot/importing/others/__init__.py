"""Exports of other programs and of foreign brokers, the old CEI portal, tables with a mapping, our own JSON."""
