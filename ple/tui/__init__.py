"""The screens: parse keys, ask the doors, show what they answer. No SQL, no HTTP, no rules of the field.

Importing this package imports nothing heavy; `ple.tui.app` imports Textual and nothing else before the first paint.
"""

import os

if os.environ.get("NO_COLOR"):
    # Textual answers NO_COLOR with shades of grey, or with black on black when a theme of the terminal's own colours is
    # chosen later. Chosen before Textual is imported, that theme gives what no-color.org asks for: no colours at all.
    os.environ["TEXTUAL_THEME"] = "ansi-dark"
