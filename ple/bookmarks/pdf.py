"""The text of a PDF file, read in a process of its own: a PDF can take any time and memory that it likes."""

import json
import logging
from contextlib import closing
from dataclasses import asdict, dataclass

from ple.child import Child, Ended, Late, TooMuchMemory, TooMuchWork, Work

SECONDS = 60.0
_MEMORY = 2_000_000_000
_PAGES = 600
_LONGEST = 3_000_000  # characters


@dataclass(frozen=True, slots=True)
class Pdf:
    """What is in a PDF file. ``pages`` is how many it has; ``text`` is of the first 600."""

    text: str = ""
    title: str = ""
    author: str = ""
    pages: int = 0
    problem: str = ""
    """Why there is no text, if there is none."""


def read_pdf(data: bytes, *, seconds: float = SECONDS) -> Pdf:
    """Return what is in a PDF file. Never raises; takes ``seconds`` at most."""
    child = Child(f"{__name__}:begin", seconds=seconds, cpu_seconds=int(SECONDS), memory=_MEMORY)
    with closing(child):
        try:
            return Pdf(**json.loads(child.ask(data)))
        except (Late, TooMuchWork):
            return Pdf(problem=f"reading it took longer than {seconds:.0f} seconds")
        except TooMuchMemory:
            return Pdf(problem="it needs more memory than it is given")
        except Ended:
            return Pdf(problem="it is damaged")
        except OSError:
            return Pdf(problem="it could not be read here")


def read_here(data: bytes) -> Pdf:
    """Return what is in a PDF file, read in this process: without a limit of time or memory."""
    import io
    import re

    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            return Pdf(problem="it is locked with a password")
        count = len(reader.pages)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError):
        return Pdf(problem="it is damaged")
    parts, length = [], 0
    for number in range(min(count, _PAGES)):
        try:
            text = reader.pages[number].extract_text() or ""
        except Exception:  # one page of the world's PDFs; the others are read  # noqa: S112
            continue
        parts.append(text)
        length += len(text)
        if length > _LONGEST:
            break
    text = "\n\n".join(parts)[:_LONGEST]
    text = re.sub(r"(\w)[-\u00ad]\n(?=[a-zà-ÿ])", r"\1", text)  # words parted at the end of a line
    text = re.sub(r"(?<=[^\s.:;!?])\n(?=[a-zà-ÿ(])", " ", text)  # lines of one sentence
    info = None
    try:
        info = reader.metadata
        title, author = str((info and info.title) or ""), str((info and info.author) or "")
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError):
        title = author = ""
    problem = "" if text.strip() else "it has no text, only pictures of pages"
    return Pdf(text, title, author, count, problem)


def begin() -> Work:
    """Return what answers in the process."""
    return lambda data: json.dumps(asdict(read_here(data))).encode()
