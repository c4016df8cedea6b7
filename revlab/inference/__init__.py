"""The inference room: what we can say."""
