"""Property tests draw the same cases on each run, and a busy machine is not a failure."""

from hypothesis import settings

settings.register_profile("pairing", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("pairing")
