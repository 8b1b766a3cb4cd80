"""What the site says: pages, feeds and what machines read; and what it never says."""

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import feedparser
import lxml.etree
import lxml.html
import pytest

from ple.environment import Environment
from ple.library import Library
from ple.portfolio import Portfolio
from ple.portfolio.mentions import HIDDEN
from tests.portfolio.conftest import Shelf, all_of, tree

BASE = "https://ada.example.org/portfolio/"


@pytest.fixture
def library(sqlite_environment: Any) -> Library:
    """Pages are the same on every database."""
    library: Library = sqlite_environment.library
    return library


def html(folder: Path, path: str) -> Any:
    return lxml.html.document_fromstring((folder / path).read_bytes())


def text(element: Any) -> str:
    return " ".join(element.text_content().split())


def test_a_portfolio_with_nothing_in_it_is_a_site(portfolio: Portfolio) -> None:
    built = portfolio.build()
    assert built.pages == 10
    assert "Nothing is shown here yet." in text(html(portfolio.folder, "index.html"))
    assert not feedparser.parse((portfolio.folder / "feed.atom").read_bytes()).bozo


def test_own_writing_is_shown_whole_with_its_context(portfolio: Portfolio, shelf: Shelf) -> None:
    source = shelf.put("Why spacing works", "# Why spacing works\n\nI kept *two* sets.", tags=["memory"], language="de")
    portfolio.add(
        source, visibility="public", why="It shows how I test.", reflection="I was **too sure**.", page="Essays"
    )
    portfolio.build()

    page = html(portfolio.folder, "work/why-spacing-works/index.html")
    assert [text(h) for h in page.iter("h1")] == ["Why spacing works"]
    assert text(page.cssselect(".p-summary")[0]) == "It shows how I test."
    assert text(page.cssselect(".e-content")[0]) == "I kept two sets."
    assert "I was too sure." in text(page.cssselect(".reflection")[0])
    assert page.cssselect("article.h-entry")[0].get("lang") == "de"
    assert page.cssselect("time.dt-published")[0].get("datetime") == "2026-11-03"
    for path in ("index.html", "work/index.html", "tags/memory/index.html", "pages/essays/index.html"):
        assert "Why spacing works" in text(html(portfolio.folder, path))


def test_of_anothers_text_only_a_quotation_and_its_source_are_shown(portfolio: Portfolio, shelf: Shelf) -> None:
    whole = "The first sentence says much. " + "And then it goes on at length. " * 50 + "The last words."
    source = shelf.put(
        "A century of forgetting",
        "I use *figure 2*.\n\n" + whole,
        kind="bookmark",
        url="https://memory.example/curve",
        author="I. Bell",
        markdown="I use *figure 2*.",
    )
    artifact = portfolio.add(source, visibility="public")
    portfolio.build()
    everything = all_of(portfolio.folder)
    assert "The last words." not in everything
    page = html(portfolio.folder, "work/a-century-of-forgetting/index.html")
    quote = page.cssselect(".h-cite blockquote")[0]
    assert quote.get("cite") == "https://memory.example/curve"
    assert text(quote).startswith("The first sentence says much.")
    assert len(text(quote)) <= 320
    assert "I. Bell" in text(page.cssselect("figcaption")[0])
    assert page.cssselect("figcaption a.u-url")[0].get("href") == "https://memory.example/curve"
    assert text(page.cssselect(".e-content")[0]) == "I use figure 2."

    portfolio.edit(artifact.id, quote="And then it goes on at length.")
    portfolio.build()
    page = html(portfolio.folder, "work/a-century-of-forgetting/index.html")
    assert text(page.cssselect(".h-cite blockquote")[0]) == "And then it goes on at length."


def test_a_source_that_is_no_web_address_is_no_link(portfolio: Portfolio, shelf: Shelf) -> None:
    portfolio.add(shelf.put("Trap", "x", kind="entry", url="javascript:alert(1)"), visibility="public")
    portfolio.build()
    assert "javascript:" not in all_of(portfolio.folder)


def test_nothing_private_is_anywhere(portfolio: Portfolio, shelf: Shelf) -> None:
    def secret(number: int) -> dict[str, Any]:
        return {"text": f"canarytext{number}", "tags": [f"canarytag{number}"]}

    hidden = [shelf.put(f"Canarytitle {n}", **secret(n)) for n in range(6)]
    portfolio.add(hidden[0], why="canarywhy", reflection="canaryreflection", page="canarypage", licence="canarylicence")
    gone = portfolio.add(hidden[1], visibility="public", title="canaryown")
    portfolio.remove([gone.id])
    never = hidden[2]
    mentions = f"[[Canarytitle 0]] #{hidden[1]} [[canarytitle 2]] [a](#{never}) **[[Canarytitle 3|other words]]**"
    shown = portfolio.add(shelf.put("Public work", mentions), visibility="public", reflection=mentions)
    portfolio.add(shelf.put("Unlisted work", mentions + f" #{shown.source_id}"), visibility="unlisted")
    portfolio.build()

    everything = all_of(portfolio.folder).lower()
    assert "canary" not in everything
    assert "a private note" in everything
    assert "other words" in everything


def test_what_becomes_private_disappears_and_its_address_says_so(portfolio: Portfolio, shelf: Shelf) -> None:
    source = shelf.put("Canarytitle", "canarytext", tags=["canarytag", "memory"])
    artifact = portfolio.add(source, visibility="public", why="canarywhy", page="canarypage")
    portfolio.add(shelf.put("Other", f"see #{source}", tags=["memory"]), visibility="public")
    portfolio.build()
    assert "canarytext" in all_of(portfolio.folder)

    portfolio.edit(artifact.id, visibility="private")
    portfolio.build()

    said = "\n".join(content.decode() for content in tree(portfolio.folder).values())
    assert "canary" not in said.lower()
    page = html(portfolio.folder, "work/canarytitle/index.html")
    assert "has withdrawn" in text(page)
    assert page.cssselect('meta[name="robots"]')[0].get("content").startswith("noindex")
    assert "Nothing stands here now" in text(html(portfolio.folder, "tags/canarytag/index.html"))


def test_what_is_unlisted_is_reached_by_its_address_alone(portfolio: Portfolio, shelf: Shelf) -> None:
    tutor = portfolio.add(shelf.put("For my tutor", "hiddenwords", tags=["hiddentag"]), visibility="unlisted")
    portfolio.add(shelf.put("Public", f"[[For my tutor]] and #{tutor.source_id}"), visibility="public")
    portfolio.build()
    address = portfolio.artifact(tutor.id).address or ""
    assert address.startswith("u/")
    assert portfolio.address_of(tutor.id) == BASE + address

    page = html(portfolio.folder, f"{address}index.html")
    assert "hiddenwords" in text(page)
    assert page.cssselect('meta[name="robots"]')
    assert page.cssselect('meta[name="referrer"]')
    for path, content in tree(portfolio.folder).items():
        if path != f"{address}index.html":
            assert address.encode() not in content
            assert b"hidden" not in content
            assert b"For my tutor" not in content
    assert (portfolio.folder / "u" / "index.html").exists(), "a host that lists folders lists nothing here"


def test_an_old_unlisted_address_leads_to_the_public_one(portfolio: Portfolio, shelf: Shelf) -> None:
    artifact = portfolio.add(shelf.put("For everybody"), visibility="unlisted")
    portfolio.build()
    old = portfolio.artifact(artifact.id).address
    portfolio.edit(artifact.id, visibility="public")
    portfolio.build()
    page = html(portfolio.folder, f"{old}index.html")
    assert page.cssselect('meta[http-equiv="refresh"]')[0].get("content") == "0; url=../../work/for-everybody/"
    assert page.cssselect('link[rel="canonical"]')[0].get("href") == f"{BASE}work/for-everybody/"


def test_a_permalink_outlives_a_new_title(portfolio: Portfolio, shelf: Shelf) -> None:
    artifact = portfolio.add(shelf.put("Draft"), visibility="public")
    portfolio.build()
    portfolio.edit(artifact.id, title="The finished essay")
    portfolio.build()
    assert portfolio.address_of(artifact.id) == f"{BASE}work/draft/"
    assert text(html(portfolio.folder, "work/draft/index.html").find(".//h1")) == "The finished essay"


def test_mentions_lead_to_each_other(portfolio: Portfolio, shelf: Shelf) -> None:
    one = shelf.put("One", "see [[Two]]")
    two = shelf.put("Two", f"see #{one}")
    for source in (one, two):
        portfolio.add(source, visibility="public")
    portfolio.build()
    page = html(portfolio.folder, "work/one/index.html")
    links = {a.get("href"): text(a) for a in page.cssselect("article a")}
    assert links["../../work/two/"] == "Two"
    assert text(page.cssselect("[aria-labelledby=mentioned] li")[0]) == "Two"


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title><script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "javascript:alert(1)",
    "{{ 7*7 }}{% for x in y %}",
    "]]><script>alert(1)</script>",
    "\x00\x1b[31m\u202egnp.exe\ud800",
    "' onmouseover='alert(1)",
    "&lt;script&gt;&#x2f;",
    "\u2028<!--",
]


def test_no_field_can_put_anything_active_on_a_page(portfolio: Portfolio, shelf: Shelf) -> None:
    for number, evil in enumerate(HOSTILE):
        for kind in ("journal", "bookmark"):
            said = {"author": evil, "container": evil, "language": evil, "url": f"https://x.example/{evil}"}
            source = shelf.put(f"{evil} {number} {kind}", evil, kind=kind, tags=["t"], markdown=evil, **said)
            portfolio.add(
                source,
                visibility="public",
                why=evil,
                reflection=evil,
                quote=evil,
                licence=evil,
                page=f"{evil}{number}",
                tags=[f"{evil} {number}"] if number % 2 else None,
            )
    portfolio.init(title=HOSTILE[1], author=HOSTILE[0], about="\n\n".join(HOSTILE), licence=HOSTILE[8])
    portfolio.build()
    for path, content in tree(portfolio.folder).items():
        if path.endswith(".html"):
            page = lxml.html.document_fromstring(content)
            for element in page.iter():
                if not isinstance(element.tag, str):
                    continue
                assert element.tag not in ("iframe", "object", "embed", "img", "form", "svg", "style"), path
                if element.tag == "script":
                    assert element.get("type") == "application/ld+json"
                    json.loads(element.text)
                for name, value in element.attrib.items():
                    assert not name.startswith("on"), (path, name)
                    assert name != "style"
                    if name in ("href", "src", "cite"):
                        assert not value.strip().lower().startswith(("javascript:", "data:", "vbscript:")), value
            assert not re.search(rb"[\x00-\x08\x0b-\x1f]|\xe2\x80\xae", content)
        elif path.endswith((".xml", ".atom")):
            lxml.etree.fromstring(content)


def test_no_page_needs_script_or_asks_anybody_else(portfolio: Portfolio, shelf: Shelf) -> None:
    portfolio.add(shelf.put("Pictures", "![a](https://cdn.example/a.png)\n\n![b](b.png)"), visibility="public")
    portfolio.build()
    for path in tree(portfolio.folder):
        if not path.endswith(".html"):
            continue
        page = html(portfolio.folder, path)
        policy = page.cssselect('meta[http-equiv="Content-Security-Policy"]')[0].get("content")
        assert policy.startswith("default-src 'none'")
        fetched = [e.get("src") or e.get("href") for e in page.cssselect("[src], link[rel=stylesheet], link[rel=icon]")]
        assert fetched
        assert not [address for address in fetched if "//" in address]
    assert b"url(" not in (portfolio.folder / "style.css").read_bytes()
    assert b"@import" not in (portfolio.folder / "style.css").read_bytes()


def test_every_page_has_what_it_should(portfolio: Portfolio, shelf: Shelf) -> None:
    for number in range(12):
        portfolio.add(shelf.put(f"Work {number}", "Text", tags=["memory"]), visibility="public", page="Essays")
    portfolio.build()
    for path in tree(portfolio.folder):
        if path.endswith(".html"):
            page = html(portfolio.folder, path)
            assert len(page.findall(".//h1")) == len(page.findall(".//main")) == 1, path
            assert page.get("lang") == "en"
            assert page.find(".//title").text
            ids = [e.get("id") for e in page.cssselect("[id]")]
            assert len(ids) == len(set(ids))
            if not page.cssselect('meta[name="robots"]'):
                expected = BASE + path.removesuffix("index.html")
                assert page.cssselect('link[rel="canonical"]')[0].get("href") == expected
    assert portfolio.check() == [f for f in portfolio.check() if not f.serious]


def test_a_title_that_was_taken_from_a_line_names_nothing_that_the_line_does_not(
    sqlite_environment: Environment,
) -> None:
    journal, portfolio = sqlite_environment.journal, sqlite_environment.portfolio
    portfolio.init("Ours", BASE)
    for title in ("Job hunt in secret", "Planned walk"):
        journal.write("Words.", title=title)
    ids = []
    for text in (
        "[[Job hunt in secret]] takes my evenings.",
        "# About [[Planned walk]]\n\nIt went well.",
        f"{'A long beginning of a first line that goes on ' * 2}[[Job hunt in secret]]",
        "Why `[[Job hunt]]` is no mention",
        "Of [[Job hunt in secret|something]] else",
        "<!-- for\nme -->\n\n[[Job hunt in secret]]",
        "1. [A link](https://example.org/) to **[[job hunt  in secret]]**",
    ):
        ids.append(portfolio.add(journal.write(text).id, visibility="public").id)
    portfolio.build()
    said = all_of(portfolio.folder)
    assert "hunt in secret" not in said.lower()
    assert "job-hunt-in" not in said
    assert "Planned walk" not in said
    home = [one.text_content() for one in html(portfolio.folder, "index.html").cssselect("h3")]
    assert home[0] == f"{HIDDEN} takes my evenings."
    assert home[1] == f"About {HIDDEN}"
    assert HIDDEN in home[2]
    assert home[3:] == ["Why [[Job hunt]] is no mention", "Of something else", HIDDEN, f"A link to {HIDDEN}"]
    assert portfolio.title_of(ids[1]) == f"About {HIDDEN}"

    walk = next(one.id for one in journal.entries() if one.title == "Planned walk")
    portfolio.add(walk, visibility="public")
    portfolio.build()
    page = html(portfolio.folder, f"{portfolio.artifact(ids[1]).address}index.html")
    assert page.cssselect("h1")[0].text_content() == "About Planned walk"
    assert not page.cssselect(".e-content h2"), "it repeats the title"
    before = tree(portfolio.folder)
    assert portfolio.build(portfolio.folder.parent / "anew").pages
    assert tree(portfolio.folder.parent / "anew") == before


def test_no_note_to_oneself_stands_in_a_title(portfolio: Portfolio, shelf: Shelf) -> None:
    portfolio.add(
        shelf.put("A walk <!-- with N. --> at night", "A walk <!-- with N. --> at night"), visibility="public"
    )
    portfolio.build()
    assert "with N." not in all_of(portfolio.folder)
    assert html(portfolio.folder, "work/a-walk-at-night/index.html").cssselect("h1")[0].text == "A walk at night"


def test_names_stand_in_the_order_in_which_people_look_for_them(portfolio: Portfolio, shelf: Shelf) -> None:
    skills = ["zebra", "Alpha", "Ähnlich", "beta", "Öl", "omega"]
    portfolio.add(shelf.put("One", "x"), visibility="public", skills=skills)
    portfolio.build()
    for path, found in (("skills/index.html", "main h2 a"), ("index.html", "#skills + ul a")):
        names = [one.text_content() for one in html(portfolio.folder, path).cssselect(found)]
        assert names == ["Ähnlich", "Alpha", "beta", "Öl", "omega", "zebra"]


def test_the_feed_is_atom(portfolio: Portfolio, shelf: Shelf) -> None:
    one = portfolio.add(
        shelf.put("One & <only>", "Text with [[Two]]", tags=["a&b"]), visibility="public", why="Why <one>"
    )
    portfolio.add(shelf.put("Two", "More"), visibility="public")
    portfolio.build()
    feed = feedparser.parse((portfolio.folder / "feed.atom").read_bytes())
    assert not feed.bozo
    assert feed.version == "atom10"
    assert feed.feed.title == "Learning in public"
    assert feed.feed.author == "Noor Vance"
    assert feed.feed.links[1].href == f"{BASE}feed.atom"
    entry = next(e for e in feed.entries if e.id == f"urn:uuid:{one.uid}")
    assert entry.title == "One &amp; &lt;only&gt;" or entry.title == "One & <only>"
    assert entry.link == f"{BASE}work/one-and-only/"
    assert f'href="{BASE}work/two/"' in entry.content[0].value
    assert entry.published_parsed
    assert entry.updated_parsed


def test_words_that_change_make_an_update_and_nothing_else_does(portfolio: Portfolio, shelf: Shelf) -> None:
    source = shelf.put("One", "Text")
    artifact = portfolio.add(source, visibility="public")
    portfolio.build()

    def updated() -> str:
        feed = feedparser.parse((portfolio.folder / "feed.atom").read_bytes())
        return str(feed.entries[0].updated)

    first = updated()
    portfolio.init(about="New words on the first page")
    portfolio.edit(artifact.id, page="Essays", place=1)
    portfolio.build()
    assert updated() == first
    # an hour ago, by the ledger
    from ple.portfolio.models import AddressRow

    with portfolio._library.writing() as tx:
        row = tx.get_one(AddressRow, "work/one/")
        row.updated_at = row.published_at = row.published_at - dt.timedelta(hours=1)
    portfolio.build()
    then = updated()
    assert then < first
    portfolio.edit(artifact.id, why="A better reason")
    portfolio.build()
    assert updated() > then


def test_the_sitemap_and_robots_name_what_is_public(portfolio: Portfolio, shelf: Shelf) -> None:
    portfolio.add(shelf.put("One", tags=["memory"]), visibility="public", page="Essays")
    portfolio.add(shelf.put("Two"), visibility="unlisted")
    portfolio.add(shelf.put("Three"))
    portfolio.build()
    sitemap = lxml.etree.fromstring((portfolio.folder / "sitemap.xml").read_bytes())
    assert sorted(loc.text for loc in sitemap.iter("{*}loc")) == [
        BASE,
        f"{BASE}pages/essays/",
        f"{BASE}tags/",
        f"{BASE}tags/memory/",
        f"{BASE}work/",
        f"{BASE}work/one/",
    ]
    robots = (portfolio.folder / "robots.txt").read_text()
    assert f"Sitemap: {BASE}sitemap.xml" in robots
    assert "Disallow: /u/" in robots


def test_without_an_address_the_site_works_all_the_same(portfolio: Portfolio, shelf: Shelf) -> None:
    portfolio.init(url="")
    portfolio.add(shelf.put("One"), visibility="public")
    portfolio.build()
    assert not (portfolio.folder / "sitemap.xml").exists()
    assert not html(portfolio.folder, "work/one/index.html").cssselect('link[rel="canonical"]')
    assert not feedparser.parse((portfolio.folder / "feed.atom").read_bytes()).bozo


def test_json_ld_and_open_graph_say_what_the_page_says(portfolio: Portfolio, shelf: Shelf) -> None:
    portfolio.add(shelf.put("One", tags=["b", "a"]), visibility="public", why="Because", licence="CC BY-SA 4.0")
    portfolio.build()
    page = html(portfolio.folder, "work/one/index.html")
    said = json.loads(page.cssselect('script[type="application/ld+json"]')[0].text)
    assert said["@type"] == "BlogPosting"
    assert said["author"]["name"] == "Noor Vance"
    assert said["license"] == "https://creativecommons.org/licenses/by-sa/4.0/"
    assert said["keywords"] == ["a", "b"]
    graph = {m.get("property"): m.get("content") for m in page.cssselect("meta[property]")}
    assert graph["og:title"] == "One"
    assert graph["og:description"] == "Because"
    assert graph["og:url"] == f"{BASE}work/one/"


def test_templates_mean_the_same_to_jinja2(portfolio: Portfolio, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """Theme authors may use Jinja2; ours keep to what it and MiniJinja have in common."""
    import jinja2

    from ple.portfolio.theme import Theme

    for number in range(11):
        source = shelf.put(f"Work {number}", f'Text <b> & "{number}"', kind="bookmark" if number % 2 else "journal")
        portfolio.add(source, visibility="unlisted" if number == 3 else "public", page="P", why="w", licence="CC0")
    portfolio.build()
    ours = tree(portfolio.folder)

    class Theirs:
        def __init__(self, sources: dict[str, str]) -> None:
            self._environment = jinja2.Environment(
                loader=jinja2.DictLoader(sources),
                autoescape=True,
                undefined=jinja2.StrictUndefined,
                trim_blocks=True,
                lstrip_blocks=True,
            )

        def render_template(self, template: str, /, **context: Any) -> str:
            return self._environment.get_template(template).render(**context)

    monkeypatch.setattr(Theme, "_environment", property(lambda self: Theirs(self._templates)))
    portfolio.build(portfolio.folder.parent / "jinja")
    for path, content in tree(portfolio.folder.parent / "jinja").items():
        if path.endswith(".html"):
            a, b = (lxml.etree.tostring(lxml.html.document_fromstring(c), method="c14n") for c in (content, ours[path]))
            assert a == b, path
