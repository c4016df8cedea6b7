"""The privacy room: what may be shown."""
