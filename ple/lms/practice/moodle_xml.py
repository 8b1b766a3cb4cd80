"""Answers as Moodle gives them to whoever does not ask for JSON."""

from html import escape
from typing import Any

from ple.lms.practice.http import Reply


def xml(inner: str) -> Reply:
    """Return an answer in XML."""
    text = f'<?xml version="1.0" encoding="UTF-8" ?>\n{inner}'
    return Reply(200, text.encode(), {"content-type": "application/xml; charset=utf-8"})


def xml_error(said: dict[str, str]) -> Reply:
    """Return an error in XML."""
    return xml(
        f'<EXCEPTION class="{escape(said["exception"])}">\n<ERRORCODE>{escape(said["errorcode"])}</ERRORCODE>\n'
        f"<MESSAGE>{escape(said['message'])}</MESSAGE>\n</EXCEPTION>\n"
    )


def as_xml(value: Any) -> str:
    """Return a value in Moodle's XML."""
    if isinstance(value, dict):
        keys = "".join(f'<KEY name="{escape(name)}">{as_xml(inner)}</KEY>\n' for name, inner in value.items())
        return f"<SINGLE>\n{keys}</SINGLE>\n"
    if isinstance(value, list):
        return f"<MULTIPLE>\n{''.join(as_xml(inner) for inner in value)}</MULTIPLE>\n"
    if value is None:
        return '<VALUE null="null"/>\n'
    return f"<VALUE>{escape(str(int(value) if isinstance(value, bool) else value))}</VALUE>\n"
