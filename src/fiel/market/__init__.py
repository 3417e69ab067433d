"""Market data: quotes, series and events of other people's services, believed only after inspection."""
