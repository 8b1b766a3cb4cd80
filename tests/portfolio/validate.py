"""Put a site before all judges: validators of HTML, CSS, feeds and links, microformats, axe-core, Lighthouse.

    python tests/portfolio/validate.py demo|PAGES|SITE… [--theme quiet|lively] [--tools FOLDER] [--base URL]

`demo` builds the demo's site, a number a site of so many pages; both are made for this machine's address, so that
Lighthouse can follow their links, with each theme or the one named. SITE is a folder that was built already, for
--base. FOLDER holds the judges' `node_modules` (see judges.py); what is not there is said and left out.
"""

import argparse
import datetime as dt
import io
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from ple.environment import Environment
from ple.portfolio.serve import serving
from tests.portfolio import judges

_WORDS = ["memory", "practice", "recall", "spacing", "review", "note", "idea", "proof", "test", "word", "time", "plan"]


def text(number: int, pick: random.Random) -> str:
    """Return an essay with all that Markdown has."""
    paragraphs = [" ".join(pick.choices(_WORDS, k=60)).capitalize() + "." for _ in range(3)]
    return f"""# Essay {number}

{paragraphs[0]} See [[Essay {(number * 7) % 50}]], #12 and <https://example.org/{number}>.[^1]

## A part with `code` and *words*

| what | how much |
|---|--:|
| {pick.choice(_WORDS)} | {number} |

```python
def answer(x):  # {number}
    return "text" * x
```

{paragraphs[1]}

> {paragraphs[2]}

- one
- [x] **done**, ~~dropped~~

1. first
2. second ![A curve](https://example.org/{number}.png)

[^1]: In a footnote.
"""


@contextmanager
def of_the_demo(folder: Path) -> Iterator[object]:
    """Give the portfolio of the demo, after its walk."""
    from ple.demo.walk import Demo
    from ple.library import utc_now

    with Demo(folder, utc_now()) as demo:
        for step in demo.steps():
            print(f"  {step.said}", flush=True)
        of_every_kind(demo.environment)
        yield demo.environment.portfolio


@contextmanager
def of_many(folder: Path, pages: int) -> Iterator[object]:
    """Give a portfolio of so many works."""
    from benchmarks.portfolio import at_once

    pick = random.Random(4)
    environment = Environment(folder)
    environment.library.newest_change()  # it is made when it is first asked for
    tags = [f"topic {letter}" for letter in "abcdefghij"]
    at_once(folder, [(f"Essay {n}", text(n, pick), pick.sample(tags, 2)) for n in range(pages)])
    for number in range(12):
        saved = environment.bookmarks.save(
            f"https://example.org/paper-{number}", title=f"A paper {number}", fetch=False
        )
        why = {"why": "It changed how I plan.", "quote": "Spacing helps.", "skills": ["Planning", "Reading"]}
        side = "unlisted" if number % 4 == 3 else "public"
        environment.portfolio.add(saved.bookmark.id, visibility=side, page="Sources", tags=["topic a"], **why)
    of_every_kind(environment)
    yield environment.portfolio
    environment.close()


def of_every_kind(environment: Environment) -> None:
    """Add what not every portfolio has: pictures, files, formulas, collections, what others said, an unlisted work."""
    import sqlalchemy as sa
    from PIL import Image

    from ple.portfolio.echoes.models import ResponseRow

    portfolio = environment.portfolio
    out = io.BytesIO()
    Image.linear_gradient("L").resize((1800, 1200)).convert("RGB").save(out, "JPEG")
    public = {"visibility": "public", "why": "It shows what I can do."}
    picture = portfolio.add_file("wing.jpg", out.getvalue(), alt="From black to white", title="A gradient", **public)
    code = portfolio.add_file("solve.py", b"def solve(x):\n    return x * 2  # twice\n", title="Code", **public)
    portfolio.add_file("thesis.pdf", b"%PDF-1.7 a thesis", title="The thesis", **public)
    said = "Take $x^2$ and\n\n$$\\sum_{i=1}^{n} i = \\frac{n(n+1)}{2}$$\n"
    formulas = environment.journal.write(said, title="With formulas", tags=["topic a"]).id
    portfolio.add(formulas, skills=["Reasoning"], **public)
    portfolio.add(environment.journal.write("Only by its address.", title="For one").id, visibility="unlisted")
    made = environment.collections.add("My best", description="What I *like* most.").id
    environment.collections.put(made, [picture.id, formulas, code.id])
    portfolio.add(made, **public)
    portfolio.add(environment.searches.save("Written", "kind:journal", among_feeds=False).id, **public)
    with environment.library.writing() as tx:
        rows = [
            {"artifact_id": picture.id, "source": f"https://b.example/{kind}", "kind": kind, "author": "Ben",
             "author_url": "https://b.example/", "text": words, "shown": True, "received_at": dt.datetime.now(dt.UTC)}
            for kind, words in (("reply", "Well done.\n\nHow long?"), ("like", ""), ("mention", "See this."))
        ]  # fmt: skip
        tx.connection().execute(sa.insert(ResponseRow), rows)


def judge(case: judges.Case) -> int:
    """Let all judges say what is wrong; return how many found something."""
    bad = 0
    for one in judges.JUDGES:
        began = time.perf_counter()
        try:
            faults = one(case)
        except judges.Absent as absent:
            print(f"  –  {one.__name__}: {absent}")
            continue
        print(f"  {'✗' if faults else '✓'}  {one.__name__} ({time.perf_counter() - began:.1f} s)", flush=True)
        for fault in faults[:20]:
            print(f"       {fault}")
        bad += bool(faults)
    for path, html in ((path, len(html)) for path, html in case.pages.items() if path == "index.html"):
        print(f"     {len(case.pages)} pages of {len(case.kinds)} kinds; {path} has {html} characters")
    if judges.SCORES:
        scores = [score for one in judges.SCORES.values() for score in one.values()]
        print(f"     Lighthouse: {min(scores, default=0)} of 100 at least, of {len(scores)} scores")
        judges.SCORES.clear()
    return bad


def main() -> int:
    """Judge what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sites", nargs="+", metavar="demo|PAGES|SITE")
    parser.add_argument("--theme", choices=["quiet", "lively"], action="append")
    parser.add_argument("--tools", type=Path)
    parser.add_argument("--base", default="https://example.org/")
    given = parser.parse_args()
    bad = 0
    for name in given.sites:
        if name != "demo" and not name.isdigit():
            site = Path(name).absolute()
            with serving(site) as address:
                print(name)
                bad += judge(judges.Case(site, given.base, given.tools, address))
            continue
        with tempfile.TemporaryDirectory() as folder:
            library = Path(folder) / "library"
            library.mkdir()
            made = of_the_demo(Path(folder)) if name == "demo" else of_many(library, int(name))
            with made as portfolio:
                for theme in given.theme or ["quiet", "lively"]:
                    bad += themed(portfolio, Path(folder) / theme, theme, name, given.tools)
    return 1 if bad else 0


def themed(portfolio: object, site: Path, theme: str, name: str, tools: Path | None) -> int:
    """Build a portfolio with a theme, for the address that it is served at, and judge it."""
    site.mkdir()
    (site / "index.html").touch()
    with serving(site) as address:
        (site / "index.html").unlink()
        portfolio.init(  # type: ignore[attr-defined]
            "Learning in public", address, author="A curious learner", theme=theme, about="I study *how* I learn.",
            me=["https://example.org/@me"], licence="CC BY 4.0", resume=RESUME, extras=["previews", "search"],
        )  # fmt: skip
        built = portfolio.build(site)  # type: ignore[attr-defined]
        print(f"{name}, {theme}: {built.pages} pages, {built.seconds:.2f} s, {dt.date.today()}")
        return judge(judges.Case(site, address, tools, address))


RESUME = {
    "basics": {
        "name": "A curious learner",
        "label": "Learner",
        "summary": "One who learns.",
        "location": {"city": "Graz"},
    },
    "work": [{"name": "A place", "position": "Student", "startDate": "2024-02", "highlights": ["Did a thing"]}],
    "education": [{"institution": "A school", "area": "Learning", "startDate": "2020-09"}],
    "skills": [{"name": "Python", "level": "good", "keywords": ["tests"]}],
}


if __name__ == "__main__":
    sys.exit(main())
