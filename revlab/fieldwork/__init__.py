"""The fieldwork room: what happened."""
