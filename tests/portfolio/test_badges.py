"""Badges and certificates on the site: what was found about them, and nothing that is the learner's own business."""

import io
import json
from pathlib import Path
from typing import Any

import lxml.html
from PIL import Image, PngImagePlugin

from ple.environment import Environment
from tests.portfolio.conftest import all_of
from tests.portfolio.test_files import drawing

ASSERTION = {
    "@context": "https://w3id.org/openbadges/v2",
    "type": "Assertion",
    "id": "https://badges.example.org/assertions/7",
    "recipient": {"type": "email", "hashed": False, "identity": "noor@private.example"},
    "issuedOn": "2026-03-02T10:00:00Z",
    "verification": {"type": "hosted"},
    "badge": {
        "type": "BadgeClass",
        "id": "https://badges.example.org/classes/1",
        "name": "Bee keeping",
        "description": "Keeps bees through a winter.",
        "criteria": {"narrative": "A colony that lives in March."},
        "issuer": {"type": "Profile", "id": "https://badges.example.org/", "name": "The bee school"},
    },
}


def test_a_public_badge_says_how_it_was_checked_and_a_private_one_nothing(sqlite_environment: Environment) -> None:
    environment = sqlite_environment
    environment.credentials.add_identity("noor@private.example")
    (badge,) = environment.credentials.import_file("bees.json", json.dumps(ASSERTION).encode()).added
    hidden = json.dumps(ASSERTION).replace("Bee keeping", "Wasp keeping").replace("assertions/7", "assertions/8")
    (other,) = environment.credentials.import_file("wasps.json", hidden.encode()).added
    portfolio = environment.portfolio
    portfolio.init("Mine", "https://noor.example/")
    portfolio.add(badge.id, visibility="public", skills=["Patience"])
    portfolio.add(other.id)
    portfolio.build()

    said = all_of(portfolio.folder)
    assert "noor@private.example" not in said
    assert "Wasp" not in said
    assert "ple credentials" not in said
    page = lxml.html.document_fromstring((portfolio.folder / "badges/index.html").read_bytes())
    (one,) = page.cssselect(".badge")
    assert one.cssselect("h2 a")[0].text == "Bee keeping"
    checks = {li.cssselect("strong")[0].text: li.get("class") for li in one.cssselect(".checks li")}
    assert checks["Recipient: holds."] == "holds"
    assert checks["Signature: not checked."] == "open"
    assert one.cssselect('a[rel="noopener noreferrer"]')[0].get("href") == "https://badges.example.org/assertions/7"
    assert "Badges" in [a.text for a in page.cssselect("nav a")]
    assert "reading/" not in (portfolio.folder / "index.html").read_text()  # it is no reading


def test_a_badge_that_is_checked_anew_says_so_and_one_that_is_withdrawn_leaves_an_answer(
    sqlite_environment: Environment, tmp_path: Path
) -> None:
    environment = sqlite_environment
    (badge,) = environment.credentials.import_file("bees.json", json.dumps(ASSERTION).encode()).added
    portfolio: Any = environment.portfolio
    artifact = portfolio.add(badge.id, visibility="public")
    portfolio.show_file(artifact.id, "bees.png", drawing(), alt="A bee")
    portfolio.build()
    page = portfolio.folder / "badges/index.html"
    assert "Whom it was given to was not found out." in page.read_text()
    environment.credentials.add_identity("noor@private.example")
    environment.credentials.verify(badge.id)
    portfolio.build()
    assert "It was given to the author of this site." in page.read_text()
    assert b"srcset" in (portfolio.folder / "index.html").read_bytes()
    portfolio.edit(artifact.id, visibility="private")
    portfolio.build()
    assert "Nothing stands here now" in page.read_text()


def test_nothing_of_a_badge_is_cut_off_on_a_card(sqlite_environment: Environment) -> None:
    said = PngImagePlugin.PngInfo()
    said.add_itxt("openbadges", json.dumps(ASSERTION))
    out = io.BytesIO()
    Image.new("RGB", (400, 400), "navy").save(out, "PNG", pnginfo=said)
    (badge,) = sqlite_environment.credentials.import_file("bees.png", out.getvalue()).added
    portfolio = sqlite_environment.portfolio
    portfolio.add(badge.id, visibility="public")
    portfolio.build()
    home = lxml.html.document_fromstring((portfolio.folder / "index.html").read_bytes())
    assert home.cssselect("img.thumb")[0].get("class") == "thumb u-photo as-is"
