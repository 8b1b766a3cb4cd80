"""How long a site of N pages takes: a full build, one with nothing to do, one after a single change; and others' tools.

    python benchmarks/portfolio.py [N …] [--tools FOLDER] [--rounds R]

The journal is real, each entry 530 words of Markdown with headings, lists, a table, a quotation, links and code that
is in no other, and two tags of twenty-five. Every build is `ple portfolio build`, a process of its own; its CPU is that
of the whole process, and beside it what is beyond start-up, which is what a build of an empty portfolio takes. Hugo,
Pelican and MkDocs, where they are found (on the path, or in FOLDER, a virtual environment), build the same Markdown,
with tags and feeds where they have them, in turn with ours.
"""

import argparse
import json
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # a benchmark measures the tree that it stands in


def text(number: int, pick: random.Random) -> str:
    """Return an entry of about 530 words, without its heading, with what people use of Markdown."""
    vocabulary = ["memory", "practice", "recall", "spacing", "review", "note", "idea", "proof", "test", "word", "time"]

    def words(count: int) -> str:
        said = pick.choices(vocabulary, k=count)
        for _ in range(count // 25):
            at = pick.randrange(count)
            said[at] = pick.choice(["*{}*", "**{}**", "`{}`", "[{}](https://example.org/)"]).format(said[at])
        return " ".join(said).capitalize() + "."

    table = "| a | b |\n|---|--:|\n" + "\n".join(f"| {pick.random():.3f} | {n} |" for n in range(4))
    code = f"```python\ndef f{number}(x):\n    return x * {number}  # {pick.random()}\n```"
    items = "\n".join(f"- {words(8)}" for _ in range(4))
    steps = "\n".join(f"{n}. {words(8)}" for n in range(1, 5))
    return "\n\n".join(
        [words(90), words(70), "## What I did", items, words(80), table, "## What came of it", f"> {words(30)}",
         words(80), code, steps, words(90)]
    )  # fmt: skip


def portfolio_in(folder: Path):
    """Return the journal and the portfolio of a library in ``folder``."""
    import ple.journal.models
    import ple.portfolio.models  # noqa: F401
    from ple.journal import Journal
    from ple.library import Library
    from ple.portfolio import Portfolio

    library = Library(folder).open()
    journal = Journal(library)
    return journal, Portfolio(library, {"journal": journal}, folder)


def building(folder: Path) -> list[str]:
    """Return the command that a learner builds the site with."""
    return [sys.executable, "-m", "ple", "--library", str(folder), "--json", "portfolio", "build"]


def fill(folder: Path, markdown: Path, pages: int) -> list[int]:
    """Make the library and, for the other tools, the same texts as files."""
    pick, written = random.Random(1), []
    for number in range(pages):
        # letters, for Pelican's second page of "topic 1" would be "topic 12"
        body, topic, field = text(number, pick), pick.choice("abcdefghijklmnopqrst"), pick.choice("abcde")
        tags = [f"topic {topic}", f"field {field}"]
        written.append((f"Entry {number}", body, tags))
        day = f"2026-{number % 12 + 1:02}-{number % 28 + 1:02}"
        listed = ", ".join(f'"{tag}"' for tag in tags)
        heads = {
            "hugo/content/posts": f'---\ntitle: "Entry {number}"\ndate: {day}\ntags: [{listed}]\n---\n\n',
            "pelican/content": f"Title: Entry {number}\nDate: {day}\nTags: {', '.join(tags)}\n\n",
            "mkdocs/docs": f"# Entry {number}\n\n",
        }
        for place, head in heads.items():
            (markdown / place).mkdir(parents=True, exist_ok=True)
            (markdown / place / f"entry-{number}.md").write_text(head + body)
    ids = at_once(folder, written)
    _journal, portfolio = portfolio_in(folder)
    portfolio.init("Bench", "https://bench.example.org/")
    layouts = markdown / "hugo" / "layouts" / "_default"
    layouts.mkdir(parents=True)
    (markdown / "hugo" / "config.toml").write_text('baseURL = "https://bench.example.org/"\ntitle = "Bench"\n')
    head = '<!DOCTYPE html><html lang="en"><head><title>{{ .Title }}</title></head><body><h1>{{ .Title }}</h1>'
    page = '{{ .Content }}{{ range .GetTerms "tags" }}<a href="{{ .Permalink }}">{{ .Title }}</a>{{ end }}'
    (layouts / "single.html").write_text(f"{head}{page}</body></html>")
    (layouts / "list.html").write_text(
        head + '{{ range .Pages }}<p><a href="{{ .Permalink }}">{{ .Title }}</a></p>{{ end }}</body></html>'
    )
    feeds = '\nFEED_ALL_ATOM = "feed.atom"\nTAG_FEED_ATOM = "tag/{slug}.atom"\nDEFAULT_PAGINATION = 20\n'
    feeds += 'TIMEZONE = "UTC"\n'
    (markdown / "pelican" / "conf.py").write_text(f'SITENAME = "Bench"\nSITEURL = "https://bench.example.org"{feeds}')
    (markdown / "mkdocs" / "mkdocs.yml").write_text(
        "site_name: Bench\nplugins: []\ntheme:\n  name: null\n  custom_dir: theme\n"
    )
    (markdown / "mkdocs" / "theme").mkdir()  # its own themes list all pages on each page: minutes at 5,000
    bare = "<!DOCTYPE html><html lang=en><head><title>{{ page.title }}</title></head><body>{{ page.content }}</body>"
    (markdown / "mkdocs" / "theme" / "main.html").write_text(bare)
    (markdown / "mkdocs" / "docs" / "index.md").write_text("# Bench\n")
    return ids


def at_once(folder: Path, written: list[tuple[str, str, list[str]]]) -> list[int]:
    """Write entries and show each, in one transaction: a learner takes years for it; return the artifacts' numbers."""
    import datetime as dt

    import sqlalchemy as sa

    from ple.environment import Environment
    from ple.journal.models import EntryRow
    from ple.library import Library
    from ple.portfolio.models import ArtifactFields, ArtifactRow

    environment = Environment(folder)
    environment.library.newest_change()  # it is made, with the tables of every feature, when it is first asked for
    environment.close()
    now, ids = dt.datetime(2026, 11, 3, 9, tzinfo=dt.UTC), []
    blank = ArtifactFields().model_dump()
    with Library(folder).open().writing() as tx:
        entries, artifacts = tx.register_many("journal", len(written)), tx.register_many("artifact", len(written))
        rows, shown = [], []
        for number, (title, body, tags) in enumerate(written):
            entry, artifact = entries[number], artifacts[number]
            said = {"title": title, "text": body, "written_at": now, "day": now.date(), "title_given": True}
            rows.append({"id": entry, "offset_minutes": 0, "public": False, "extra": {}, **said})
            why = {"visibility": "public", "why": f"Reason {number}.", "position": number + 1}
            shown.append({**blank, "id": artifact, "source_id": entry, **why})
            for one in (entry, artifact):
                tx.set_tags(one, tags)
            ids.append(artifact)
        if rows:
            tx.connection().execute(sa.insert(EntryRow.__table__), rows)
            tx.connection().execute(sa.insert(ArtifactRow.__table__), shown)
    return ids


def run(command: list[str], folder: Path) -> tuple[float, float, str]:
    """Run a command; return its CPU and wall seconds and what it printed."""
    # modules are compiled once, as after an installation
    compiled = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(folder.parent / "compiled")}
    compiled |= {"PYTHONPATH": str(Path(__file__).resolve().parents[1])}
    before, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, text=True, env=os.environ | compiled)
    if done.returncode:
        print(f"{command[0]} failed: {done.stdout.strip()[-400:]}", file=sys.stderr)
    wall, after = time.perf_counter() - wall, resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall, done.stdout


def away(to: Path, *made: Path) -> None:
    """Move what was built before out of the way.

    It is not deleted: for minutes ext4 searches past every file that was just deleted whenever it makes a new one, and
    the tools that make a folder for each page would pay for that.
    """
    for one in made:
        if one.exists():
            to.mkdir(exist_ok=True)
            one.rename(to / f"{one.parent.name}-{one.name}")


def others(markdown: Path, tools: Path | None) -> dict[str, tuple[list[str], Path, list[str]]]:
    """Return the other tools that are here: the command, where it runs, what is removed before."""
    path = os.pathsep.join(filter(None, [str(tools / "bin") if tools else "", os.environ["PATH"]]))
    known = {
        "hugo": (["--quiet"], ["public", "resources"]),
        "pelican": (["content", "-s", "conf.py", "-q"], ["output", "__pycache__"]),
        "mkdocs": (["build", "-q"], ["site"]),
    }
    return {
        name: ([found, *options], markdown / name, made)
        for name, (options, made) in known.items()
        if (found := shutil.which(name, path=path))
    }


def measured(pages: int, rounds: int, tools: Path | None) -> dict[str, list[tuple[float, float, str]]]:
    """Build a site of so many pages in each way, in turn."""
    said: dict[str, list[tuple[float, float, str]]] = {}
    with tempfile.TemporaryDirectory() as name:
        library, empty, markdown = (Path(name) / one for one in ("library", "empty", "markdown"))
        library.mkdir()
        empty.mkdir()
        ids = fill(library, markdown, pages)
        at_once(empty, [])
        portfolio_in(empty)[1].build()

        def ours(what: str, folder: Path = library) -> None:
            cpu, wall, told = run(building(folder), folder)
            said.setdefault(f"ple, {what}", []).append((cpu, wall, str(json.loads(told)["written"])))

        run(building(empty), empty)
        for round in range(rounds):
            aside = Path(name) / f"before-{round}"
            away(aside, library / "site", *library.glob("site.cache*"))
            ours("start-up", empty)
            ours("full")
            for tool, (line, folder, made) in others(markdown, tools).items():
                away(aside, *(folder / old for old in made))
                said.setdefault(f"{tool}, full", []).append(run(line, folder))
            ours("nothing changed")
            _journal, portfolio = portfolio_in(library)
            one = ids[pages // 2]
            for what, change in {
                "a text changed": {"reflection": f"Another thought, {round}."},
                "a title changed": {"title": f"Another title, {round}"},
                "a tag changed": {"tags": ["topic a", "field b"] if round % 2 else ["topic c", "field d"]},
                "one made private": {"visibility": "private"},
                "one made public": {"visibility": "public"},
            }.items():
                portfolio.edit(one, **change)
                ours(what)
        full = Path(name) / "again"
        for left in library.glob("site.cache*"):
            left.unlink()
        _journal, portfolio = portfolio_in(library)
        portfolio.build(full)
        alike = not subprocess.run(["diff", "-rq", str(full), str(library / "site")], stdout=subprocess.PIPE).stdout
        print(
            f"{pages} pages; a full build is {'' if alike else 'NOT '}the same, byte for byte, as the incremental one"
        )
    return said


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("pages", nargs="*", type=int, default=[1000])
    parser.add_argument("--tools", type=Path)
    parser.add_argument("--rounds", type=int, default=1)
    given = parser.parse_args()
    for pages in given.pages:
        said = measured(pages, given.rounds, given.tools)
        start = statistics.median(one[0] for one in said["ple, start-up"])
        for what, runs in said.items():
            cpu, wall = (statistics.median(one[n] for one in runs) for n in (0, 1))
            beyond = (
                f"  {cpu - start:.2f} beyond start-up, {runs[0][2].strip()} files" if what.startswith("ple") else ""
            )
            print(f"{what:22} {wall:7.2f} s wall {cpu:7.2f} s CPU{beyond}")


if __name__ == "__main__":
    main()
