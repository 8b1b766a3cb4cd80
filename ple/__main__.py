"""``python -m ple``."""

from ple.cli import main

main()
