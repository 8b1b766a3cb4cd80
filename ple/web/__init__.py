"""The network and its pages: addresses, fetching, metadata, safe text. Knows no feature."""
