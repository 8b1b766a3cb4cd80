"""A personal learning environment that its learner owns, in the terminal."""

__version__ = "0.1.0"
