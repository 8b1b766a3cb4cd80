"""The text of a PDF file, read in a process of its own: a PDF can take any time and memory that it likes.

That process reads a file from standard input and writes what is in it as JSON.
"""

import json
import logging
import subprocess
import sys
from dataclasses import dataclass

SECONDS = 60
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
    # not ``-m``: that looks for modules in the folder where the learner happens to be, before it looks in ours
    program = f"import sys; sys.path[:] = {sys.path!r}\nfrom ple.bookmarks.pdf import main; main()"
    command = [sys.executable, "-c", program]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=seconds, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        return Pdf(problem=f"reading it took longer than {seconds:.0f} seconds")
    except OSError:
        return Pdf(problem="it could not be read here")
    try:
        said = json.loads(done.stdout)
        return Pdf(**said)
    except (ValueError, TypeError):
        return Pdf(problem="it is damaged")


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


def main() -> None:
    """Read a file from standard input, within limits, and write what is in it to standard output."""
    import dataclasses

    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    except (ImportError, ValueError, OSError):  # not on Windows, or not allowed
        pass
    try:
        found = read_here(sys.stdin.buffer.read())
    except MemoryError:
        found = Pdf(problem="it needs more memory than it is given")
    sys.stdout.write(json.dumps(dataclasses.asdict(found), ensure_ascii=True))
