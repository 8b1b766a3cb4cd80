"""The screens: parse keys, ask the doors, show what they answer. No SQL, no HTTP, no rules of the field.

Importing this package imports nothing heavy; `ple.tui.app` imports Textual and nothing else before the first paint.
"""
