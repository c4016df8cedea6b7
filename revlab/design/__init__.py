"""The design room: what a study would tell us."""
