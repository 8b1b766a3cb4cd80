"""Spans of time, as typed: ``30m``, ``12h``, ``7d``, ``4w``."""

import datetime as dt
import re

from ple.library.errors import InvalidInput


def length(said: str) -> dt.timedelta:
    """Return the time meant by ``90s``, ``30m``, ``12h``, ``7d`` or ``4w``.

    Raises:
        InvalidInput: it means none.

    """
    found = re.fullmatch(r"\s*(\d{1,6})\s*([smhdw])\s*", said.lower())
    if found is None or int(found[1]) == 0:
        raise InvalidInput(f"“{said}” is no span of time", hint="Say 30m, 12h, 7d or 4w.")
    units = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
    try:
        return min(dt.timedelta(**{units[found[2]]: int(found[1])}), dt.timedelta(days=36_500))
    except OverflowError as error:
        raise InvalidInput(f"“{said}” is too long", hint="Say 30m, 12h, 7d or 4w.") from error
