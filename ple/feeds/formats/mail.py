"""Mail as entries of a feed: an ``.mbox`` or ``.eml`` file read, newsletters and mailing lists alike. Pure.

Mail is the most hostile of formats: anybody can send any bytes. Headers are read with the old, forgiving policy of
:mod:`email` (the new one takes quadratic time on some), text is decoded by whatever charset really fits, HTML is made
safe, and nothing but text is kept: no attachment, no picture that reports that it was seen.
"""

import datetime as dt
import email
import email.errors
import email.header
import email.policy
import email.utils
import html as entities
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message

from ple.feeds.publication import ParsedEntry
from ple.web import addresses
from ple.web.text import block, line, plain, safe_html

LARGEST = 10_000_000
"""Bytes of one message that are read: more is attachments."""
LONGEST_TEXT = 500_000
MOST_PARTS = 200

_FROM = re.compile(
    rb"(?:(?:\A|\r?\n\r?\n)From [^\r\n]{1,1000}"
    # some leave no line free before it; then it must be all that such a line is: who, and when
    rb"|\r?\nFrom \S{1,300} +(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? [A-Za-z0-9 :+-]{10,50})\r?\n(?=[!-9;-~]{1,100}:)"
)
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_HEADER = re.compile(rb"\A(?:[!-9;-~]{1,100}:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*\r?\n)+")
_VIEW = re.compile(
    r"""<a\s[^<>]{0,500}?href\s*=\s*["']?(https?://[^"'\s>]{1,1500})["']?[^<>]{0,300}>(?:<[^<>]{0,200}>|\s){0,5}"""
    r"""[^<]{0,60}(?:view|read|open|browser|online|webversion|im browser)[^<]{0,60}<""",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Mail:
    """One message: which list or sender it is of, and what it says as an entry."""

    feed: str
    """What tells its feed from others: the ``List-Id``, else the sender's address."""
    feed_title: str
    entry: ParsedEntry


@dataclass(frozen=True, slots=True)
class Mails:
    """What a file of mail has, and what of it could not be read."""

    found: tuple[Mail, ...] = ()
    refused: tuple[str, ...] = field(default=())


def is_mail(data: bytes) -> bool:
    """Say whether this looks like a message or an mbox."""
    start = data[:100_000].lstrip(b"\xef\xbb\xbf\r\n")
    if start.startswith(b"From "):
        return _FROM.match(start) is not None
    headers = _HEADER.match(start)
    if headers is None:
        return False
    names = {name.lower() for name in re.findall(rb"^([!-9;-~]{1,100}):", headers[0], re.MULTILINE)}
    return len(names & {b"from", b"date", b"subject", b"message-id", b"received", b"mime-version"}) >= 2


def read(data: bytes) -> Mails:
    """Return the messages of an ``.mbox`` or ``.eml`` file; what cannot be read is said and passed over."""
    found: list[Mail] = []
    refused: list[str] = []
    for number, raw in enumerate(messages(data), 1):
        try:
            mail = _mail(raw)
        except (ValueError, LookupError, RecursionError, TypeError, AttributeError, email.errors.MessageError) as error:
            refused.append(f"message {number} cannot be read ({type(error).__name__})")
            continue
        if mail is None:
            refused.append(f"message {number} says nothing")
        else:
            found.append(mail)
    return Mails(tuple(found), tuple(refused))


def messages(data: bytes) -> Iterator[bytes]:
    """Yield the raw messages of an mbox (RFC 4155, with its quoted ``>From``); or the one that it is."""
    data = data.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    starts = [(match.start(), match.end()) for match in _FROM.finditer(data)]
    if not starts or starts[0][0] != 0:
        yield data[:LARGEST]
        return
    for index, (_, begin) in enumerate(starts):
        end = starts[index + 1][0] if index + 1 < len(starts) else len(data)
        yield _QUOTED_FROM.sub(rb"\1", data[begin : min(end, begin + LARGEST)])


def _mail(raw: bytes) -> Mail | None:
    message = email.message_from_bytes(raw, policy=email.policy.compat32)
    name, address = email.utils.parseaddr(_header(message, "From")[:1000])
    sender = line(name) or line(address)
    subject = _header(message, "Subject")[:1000]
    html, text = _body(message)
    if not (html or text or subject):
        return None
    if not html:
        html = "".join(f"<p>{entities.escape(part, quote=False)}</p>" for part in text.split("\n\n"))
        html = html.replace("\n", "<br>")
    url = _address(message, html)
    html = safe_html(_without_spies(html), url)
    text = text or plain(html)
    list_name, list_id = _list(message)
    entry = ParsedEntry(
        guid=_identity(message),
        url=url,
        title=subject,
        author=sender or None,
        published_at=_date(message),
        html=html[:LONGEST_TEXT],
        text=block(text[:LONGEST_TEXT]),
        language=_header(message, "Content-Language")[:20] or None,
        categories=tuple(filter(None, (line(word)[:100] for word in _header(message, "Keywords").split(",")[:10]))),
    )
    key = list_id or address.lower()
    return Mail(line(key)[:300], (list_name or sender or "Mail")[:300], entry)


def _header(message: Message, name: str) -> str:
    """Return a header as one line, its encoded words decoded (RFC 2047)."""
    value = message.get(name)
    if value is None:
        return ""
    raw = str(value)[:20_000]
    try:
        parts = email.header.decode_header(re.sub(r"\r?\n", "", raw))
    except (ValueError, LookupError, email.errors.MessageError):
        return line(raw)
    return line("".join(part if isinstance(part, str) else _decoded(part, charset) for part, charset in parts))


def _decoded(raw: bytes, charset: str | None) -> str:
    """Return bytes as text: what is valid UTF-8 is that, whatever it claims; then the claim, then Latin-1."""
    try:
        if charset is None or charset.lower() not in ("utf-7", "iso-2022-jp", "hz-gb-2312"):
            return raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        return raw.decode(charset or "cp1252", "replace")
    except (LookupError, ValueError):  # a charset that nobody knows, or that is no charset: "base64"
        return raw.decode("latin-1")


def _body(message: Message) -> tuple[str, str]:
    """Return the HTML and the plain text of a message; the first of each that is no attachment."""
    html = text = ""
    for number, part in enumerate(message.walk()):
        if number >= MOST_PARTS or (html and text):
            break
        kind = part.get_content_type()
        if part.is_multipart() or kind not in ("text/html", "text/plain"):
            continue
        if str(part.get("Content-Disposition", "")).lower().startswith("attachment"):
            continue
        payload = part.get_payload(decode=True)
        if not isinstance(payload, bytes):
            continue
        said = _decoded(payload[:LARGEST], _charset(part)).replace("\0", "")[: 4 * LONGEST_TEXT]
        if kind == "text/html":
            html = html or said
        else:
            text = text or block(_flowed(said) if "flowed" in str(part.get("Content-Type", "")).lower() else said)
    return html, text


def _charset(part: Message) -> str | None:
    found = part.get_param("charset")
    return str(found[2] if isinstance(found, tuple) else found).strip("\"' ") if found else None


def _flowed(text: str) -> str:
    """Return ``format=flowed`` text (RFC 3676) with its paragraphs on one line."""
    return re.sub(r" \r?\n(?![>\s])", " ", text)


def _identity(message: Message) -> str | None:
    found = re.search(r"<([^<>\s]{3,400})>", str(message.get("Message-ID", ""))[:1000])
    return f"mid:{found[1]}" if found else None


def _list(message: Message) -> tuple[str, str]:
    """Return the name and the id of the mailing list (RFC 2919), or nothing."""
    said = _header(message, "List-Id")[:1000]
    found = re.search(r"^(.*?)<([^<>]{1,250})>", said)
    if found:
        return line(found[1]).strip("\"' "), found[2].strip().lower()
    return "", said.lower() if re.fullmatch(r"[\w.-]{3,250}", said) else ""


def _address(message: Message, html: str) -> str | None:
    """Return where a message can be read on the web: its list's archive, or the link that newsletters have."""
    for name in ("Archived-At", "X-Archived-At", "Content-Base"):
        said = re.search(r"https?://[^<>\s]{1,1500}", str(message.get(name, ""))[:3000])
        if said and (found := addresses.resolve(None, said[0])):
            return found
    view = _VIEW.search(html[:100_000])
    return addresses.resolve(None, entities.unescape(view[1])) if view else None


def _date(message: Message) -> dt.datetime | None:
    for name in ("Date", "Resent-Date", "Received"):
        said = str(message.get(name, ""))[-200:].rpartition(";")[2]
        try:
            when = email.utils.parsedate_to_datetime(said.strip())
            when = when.replace(tzinfo=when.tzinfo or dt.UTC).astimezone(dt.UTC)
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
        if when.year > 1980:
            return when
    return None


def _without_spies(html: str) -> str:
    """Return HTML without pictures of a pixel, which tell the sender who looked when."""
    return re.sub(
        r"""<img\b(?=[^<>]{0,2000}\b(?:width|height)\s*[=:]\s*["']?[01](?:px)?["'\s;>])[^<>]{0,2000}>""",
        "",
        html,
        flags=re.I,
    )


__all__ = ["Mail", "Mails", "is_mail", "messages", "read"]
