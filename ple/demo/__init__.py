"""The demo: a small invented world on this machine, and a walk through the whole loop in it."""
