"""Take the pictures of our themes that the documentation shows: both themes, on a desktop and on a phone.

    python tests/portfolio/pictures.py [FOLDER] [--all]

Without FOLDER they go to docs/pictures. With --all every kind of page is taken, in both colour schemes too, to look at.
Chromium does it; on another machine its fonts are others.
"""

import argparse
import datetime as dt
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from ple.portfolio.serve import serving

ROOT = Path(__file__).parents[2]

_ABOUT = """I learn languages, look at the sky, and write small programs. What I make of it stands here:
**what I tried, what came of it, and what I would do differently.**

Most of it is unfinished. That is what learning looks like from close by."""

_ESSAY = """I read that one should review *just before* forgetting, and did not believe it. So I tried it with forty
words of Portuguese, twenty each way, for six weeks. What I did is in [[A plan for six weeks]].

## What came of it

| week | every day | when half forgotten |
|---|--:|--:|
| 1 | 17 | 12 |
| 3 | 15 | 15 |
| 6 | 11 | 18 |

The first week looked like a mistake. That was the hard part: the better way *feels* worse.[^1]

> Learning that is easy is like writing in sand.

## How I counted

```python
def forgotten(words, day):
    # half of what I knew last time is the moment to look again
    known = [word for word in words if word.last_right >= day - 7]
    return len(known) <= len(words) / 2
```

- Forty words are few, and I knew which were which.
- I would draw lots next time, and let somebody else ask me.

[^1]: I wrote that down on a bad day, see [[After the first week]].
"""

_RESUME = {
    "basics": {
        "name": "A curious learner",
        "label": "Learning in public",
        "summary": "I look for small experiments that change my mind.",
        "location": {"city": "Graz"},
    },
    "work": [
        {
            "name": "A library",
            "position": "Evening desk",
            "startDate": "2024-02",
            "highlights": ["Answered 900 questions"],
        }
    ],
    "education": [{"institution": "Evening school", "area": "Statistics", "startDate": "2025-09"}],
    "skills": [{"name": "Python", "level": "good enough", "keywords": ["small programs", "tests"]}],
    "languages": [{"language": "Portuguese", "fluency": "forty words, for good"}],
}


def exhibit(folder: Path) -> Any:
    """Return the portfolio in the pictures."""
    from ple.environment import Environment

    environment = Environment(folder)
    journal, bookmarks, portfolio = environment.journal, environment.bookmarks, environment.portfolio

    def wrote(title: str, text: str, day: int, *tags: str) -> int:
        when = dt.datetime(2026, 10, 27, 9, tzinfo=dt.UTC) - dt.timedelta(days=day)
        return journal.write(text, title=title, tags=tags, written_at=when).id

    def saved(title: str, url: str, *tags: str) -> int:
        return bookmarks.save(url, title=title, tags=tags, fetch=False).bookmark.id

    plan = wrote("A plan for six weeks", "Twenty words each way, five minutes a day.", 7, "experiment")
    after = wrote("After the first week", "It does not work at all. I go on because I said so.", 28, "experiment")
    essay = wrote("Half forgotten is the best time", _ESSAY, 0, "experiment", "memory")
    why = saved("Why forgetting helps", "https://example.org/forgetting", "memory")
    sun = saved("Sunspots with a shoebox", "https://example.org/sunspots", "astronomy")
    shown: list[tuple[int, dict[str, Any]]] = [
        (
            essay,
            {
                "why": "A small experiment on myself. It shows how I plan, measure, and change my mind.",
                "reflection": "I nearly stopped in week two. **Writing down what I expected** is what kept me honest.",
                "sources": "- [Why forgetting helps](https://example.org/forgetting)",
                "feedback": "“Show how many words each bar stands for.” Done.",
                "skills": ["Experimenting", "Statistics"],
                "page": "Experiments",
            },
        ),
        (plan, {"why": "The plan, as it was before.", "skills": ["Planning"], "page": "Experiments"}),
        (
            why,
            {
                "why": "What made me try it at all.",
                "quote": "What we nearly forget and find again stays longer than what we never lost.",
                "made_on": dt.date(2026, 10, 13),
            },
        ),
        (sun, {"why": "My next weekend.", "quote": "All you need is a hole.", "made_on": dt.date(2026, 10, 6)}),
        (after, {"why": "Written on a bad day, which is why it is here."}),
    ]
    for source, context in shown:
        portfolio.add(source, visibility="public", **context)
    portfolio.init(
        "Learning in public", "https://you.example.org/", author="A curious learner", about=_ABOUT, resume=_RESUME,
        me=["https://social.example/@learner"], licence="CC BY 4.0",
    )  # fmt: skip
    return portfolio


def shoot(address: str, to: Path, width: int, height: int, scale: float, *, dark: bool = False) -> None:
    """Take a picture of a page."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome") or sys.exit("there is no Chromium")
    scheme = ["--blink-settings=preferredColorScheme=0"] if dark else ["--blink-settings=preferredColorScheme=1"]
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", *scheme,
             f"--user-data-dir={profile}", f"--force-device-scale-factor={scale}", f"--window-size={width},{height}",
             f"--screenshot={to}", address],
            capture_output=True, check=True, timeout=120,
        )  # fmt: skip


def main() -> None:
    """Take them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "docs" / "pictures")
    parser.add_argument("--all", action="store_true")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    pages = {"": ""}
    if given.all:
        pages |= {"-work": "work/half-forgotten-is-the-best-time/", "-quote": "work/why-forgetting-helps/"}
        pages |= {"-all": "work/", "-cv": "cv/", "-skills": "skills/", "-reading": "reading/"}
    with tempfile.TemporaryDirectory() as name:
        portfolio = exhibit(Path(name))
        for theme in ("quiet", "lively"):
            portfolio.init(theme=theme)
            site = Path(name) / theme
            portfolio.build(site)
            with serving(site) as address:
                for what, path in pages.items():
                    for dark in (False, True) if given.all else (False,):
                        end = f"{what}{'-dark' if dark else ''}.png"
                        tall = 1500 if what else 900
                        shoot(
                            address + path, given.folder / f"theme-{theme}-desktop{end}", 1280, tall, 0.625, dark=dark
                        )
                        shoot(address + path, given.folder / f"theme-{theme}-phone{end}", 390, tall, 0.85, dark=dark)


if __name__ == "__main__":
    main()
