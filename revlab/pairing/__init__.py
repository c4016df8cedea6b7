"""The pairing room: who with whom."""
