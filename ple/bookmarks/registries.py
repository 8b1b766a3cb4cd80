"""Asking the registries of the world what a work is: doi.org, PubMed, Open Library. Only when the learner says so."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ple.bookmarks.citing import FIELDS
from ple.bookmarks.formats import csl
from ple.bookmarks.scholarly import doi_of_arxiv
from ple.library import InvalidInput
from ple.web.errors import BrokenAnswer

if TYPE_CHECKING:
    from ple.web.client import Client

REGISTRIES = {
    "doi": "https://doi.org",
    "pmid": "https://api.ncbi.nlm.nih.gov",
    "isbn": "https://openlibrary.org",
}

_CSL = {"Accept": "application/vnd.citationstyles.csl+json, application/json;q=0.5"}


def look_up(client: "Client", item: Mapping[str, Any], registries: Mapping[str, str]) -> dict[str, Any]:
    """Return what a registry says of a work, by the first number of it that is known: DOI, arXiv, PubMed, ISBN.

    Raises:
        InvalidInput: it has none of them.
        WebError: the registry does not answer, or not with a work.
    """
    doi = item.get("DOI") or doi_of_arxiv(str(item.get("number") or ""))
    if doi:
        return _work(client, f"{registries['doi']}/{quote(doi)}", doi) | {"DOI": doi}
    if pmid := item.get("PMID"):
        url = f"{registries['pmid']}/lit/ctxp/v1/pubmed/?format=csl&id={quote(str(pmid))}"
        return _work(client, url, f"PubMed {pmid}") | {"PMID": str(pmid)}
    if isbn := item.get("ISBN"):
        return _book(client, registries["isbn"], str(isbn)) | {"ISBN": isbn}
    raise InvalidInput(
        "it has no DOI, PubMed number or ISBN", hint="Say it: `ple bookmarks cite BOOKMARK --set DOI=10.…`."
    )


def _work(client: "Client", url: str, shown: str) -> dict[str, Any]:
    response = client.get(url, headers=_CSL)
    said = response.json() if response.ok else None
    if not isinstance(said, dict) or not isinstance(said.get("title"), str) or not said["title"].strip():
        raise BrokenAnswer(f"the registry does not know {shown}", url=response.url)
    kept = {name: said[name] for name in (*FIELDS, "ISSN") if said.get(name) and name != "URL"}
    return kept | {"type": str(said.get("type") or "article-journal")}


def _book(client: "Client", registry: str, isbn: str) -> dict[str, Any]:
    response = client.get(f"{registry}/api/books?bibkeys=ISBN:{quote(isbn)}&format=json&jscmd=data")
    said = response.json() if response.ok else None
    book = said.get(f"ISBN:{isbn}") if isinstance(said, dict) else None
    if not isinstance(book, dict) or not isinstance(book.get("title"), str) or not book["title"].strip():
        raise BrokenAnswer(f"the registry does not know ISBN {isbn}", url=response.url)
    title = ": ".join(part for part in (book["title"], book.get("subtitle")) if isinstance(part, str) and part)
    found: dict[str, Any] = {"type": "book", "title": title}
    people = [name for one in _names(book.get("authors")) for name in csl.names(one)]
    found |= {"author": people} if people else {}
    found |= {"publisher": publishers[0]} if (publishers := _names(book.get("publishers"))) else {}
    year = str(book.get("publish_date") or "").strip()[-4:]
    return found | ({"issued": {"date-parts": [[int(year)]]}} if year.isdecimal() and len(year) == 4 else {})


def _names(said: Any) -> list[str]:
    rows = said if isinstance(said, list) else []
    return [one["name"] for one in rows if isinstance(one, dict) and isinstance(one.get("name"), str) and one["name"]]
