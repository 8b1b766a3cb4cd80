"""The journal's file formats, each a module of pure functions."""
