"""The people room: who."""
