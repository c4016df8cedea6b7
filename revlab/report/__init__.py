"""The report room: how we show it."""
