"""Leaving: the portfolio as files that others open, without us."""
