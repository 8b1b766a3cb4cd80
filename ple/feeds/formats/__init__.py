"""File formats of feeds and of lists of feeds; pure: bytes in, values out."""
