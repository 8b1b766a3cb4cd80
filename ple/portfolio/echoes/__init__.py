"""Echoes: telling others of a work (Webmention, Mastodon, Micropub, WordPress), and what they answer."""
