"""JSON for thousands of small values: the encoder is made once, which takes longer than to write one of them."""

import json
from collections.abc import Callable
from json import encoder as c
from typing import Any


def encoder(*, ascii: bool = True, ordered: bool = False, compact: bool = True) -> Callable[[Any], str]:
    """Return what writes a value as JSON; what JSON does not know is written as its text.

    ``ordered`` puts names in order, ``compact`` leaves out blanks, ``ascii`` writes other letters by their numbers.
    """
    item, key = (",", ":") if compact else (", ", ": ")
    make = getattr(c, "c_make_encoder", None)
    if make is None:  # an interpreter without it
        return json.JSONEncoder(ensure_ascii=ascii, sort_keys=ordered, separators=(item, key), default=str).encode
    letters = c.encode_basestring_ascii if ascii else c.encode_basestring
    pieces = make(None, str, letters, None, key, item, ordered, False, True)

    def encode(value: Any) -> str:
        return "".join(pieces(value, 0))

    return encode
