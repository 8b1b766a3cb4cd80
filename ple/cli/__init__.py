"""The command line: a module per noun, imported when its command runs."""

from ple.cli.main import cli, main

__all__ = ["cli", "main"]
