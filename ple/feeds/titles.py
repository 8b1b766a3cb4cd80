"""What a feed is called."""

from ple.web import addresses


def feed_title(own: str | None, said: str | None, url: str | None, kept: str = "") -> str:
    """Return what a feed is called: by the learner, by its publisher, by its address, or what it was called."""
    return own or said or (addresses.display(url) if url else "") or kept or "a removed feed"
