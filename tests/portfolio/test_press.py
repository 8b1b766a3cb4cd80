"""The press makes of a library's file, without its tables, the site that the portfolio makes."""

import datetime as dt
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from ple.environment import Environment
from ple.portfolio.echoes.models import ResponseRow
from tests.portfolio.conftest import tree

LIGHT = """
import sys
from ple.cli.main import run
code = run(sys.argv[1:])
print("HEAVY", *{"sqlalchemy", "sqlmodel", "pydantic", "asyncio"} & set(sys.modules))
sys.exit(code)
"""


def fill(environment: Environment) -> None:
    """Show something of each kind that is asked for in its own way."""
    journal, portfolio = environment.journal, environment.portfolio
    portfolio.init("Ours", "https://ada.example.org/", about="See [[One]].", resume={"basics": {"name": "Ada"}})
    one = portfolio.add(
        journal.write("Text with #practice and [[Two]].", title="One").id, visibility="public", skills=["Planning"],
        made_on=dt.date(2026, 3, 4), page="Essays", reflection="It *helped*.",
    )  # fmt: skip
    portfolio.add(journal.write("Secret.", title="Two").id)
    portfolio.add(journal.write("By its address.", title="Three").id, visibility="unlisted")
    portfolio.add_file("solve.py", b"x = 1\n", visibility="public")
    saved = environment.bookmarks.save("https://example.org/a", title="A page", fetch=False).bookmark
    portfolio.add(saved.id, visibility="public", quote="A sentence.")
    gathered = environment.collections.add("Best")
    environment.collections.put(gathered.id, [one.id])
    portfolio.add(gathered.id, visibility="public")
    now = dt.datetime.now(dt.UTC)
    said = {"artifact_id": one.id, "source": "https://b.example/1", "kind": "reply", "author": "B", "text": "Good."}
    with environment.library.writing() as tx:
        tx.connection().execute(sa.insert(ResponseRow), [{**said, "said_at": now, "received_at": now, "shown": True}])


def test_the_press_and_the_portfolio_build_the_same_site(environment: Environment, tmp_path: Path) -> None:
    fill(environment)
    environment.portfolio.build(tmp_path / "one")
    for left in environment.folder.glob("site.cache*"):
        left.unlink()

    with closing(Environment(environment.folder, environment._url)) as again:
        built = again.press.build(tmp_path / "two")
        assert again.press.anything_public()

    assert tree(tmp_path / "one") == tree(tmp_path / "two")
    assert built.written == len(tree(tmp_path / "two")) - 1
    assert "Good." in (tmp_path / "two" / "work" / "one" / "index.html").read_text()


def test_a_site_is_built_without_the_tables(sqlite_environment: Environment, tmp_path: Path) -> None:
    environment = sqlite_environment
    environment.portfolio.init("Ours", "https://ada.example.org/")
    environment.portfolio.add(
        environment.journal.write("Text.\n\n```python\nx\n```", title="One").id, visibility="public"
    )
    command = [sys.executable, "-c", LIGHT, "--library", str(environment.folder), "portfolio", "build"]

    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert said.split("HEAVY")[1].split() == []
    assert (environment.folder / "site" / "work" / "one" / "index.html").is_file()
    before = tree(environment.folder / "site")
    shutil.rmtree(environment.folder / "site")
    environment.portfolio.build()
    assert tree(environment.folder / "site") == before


def test_an_address_is_kept_from_when_it_goes_out(environment: Environment) -> None:
    portfolio = environment.portfolio
    portfolio.init("Ours")
    first, second = (environment.journal.write("Text.", title=title).id for title in ("One", "Two"))
    portfolio.add(first, visibility="public", tags=["a"])
    portfolio.build()
    assert not portfolio.artifact(first).published
    portfolio.edit(first, title="Other")
    portfolio.build()
    portfolio.went_out(with_unlisted=False)
    assert portfolio.artifact(first).published
    portfolio.edit(first, title="A third", visibility="private")
    portfolio.add(second, visibility="public", tags=["b"])
    portfolio.build()
    portfolio.remove([second])
    portfolio.build()
    assert {path.parent.name for path in portfolio.folder.glob("*/*/index.html")} == {"other", "a"}
