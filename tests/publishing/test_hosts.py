"""Neocities and Netlify: their interfaces as documented, on servers of our own."""

from collections.abc import Iterator

import pytest

from ple.library import InvalidInput
from ple.portfolio.publishing import ForeignFiles, NoSecret
from ple.portfolio.publishing.address import read_address, site_of
from tests.publishing.conftest import Learner
from tests.publishing.visitor import broken
from tests.servers.hosts import Site, host


@pytest.fixture
def site() -> Iterator[Site]:
    with host() as made:
        yield made


@pytest.mark.parametrize("kind", ["neocities", "netlify"])
def test_a_host_with_an_interface_of_its_own_is_published_to(learner: Learner, site: Site, kind: str) -> None:
    options = f"?api={site.url}/api/" + (f"&site={site.url}/site/" if kind == "neocities" else "")
    address = f"{kind}://ada{'.example' if kind == 'netlify' else ''}{options}"
    name = learner.publishing.keep(address, name="host", with_unlisted=True).name
    with pytest.raises(NoSecret):
        learner.publishing.preview(name)
    learner.publishing.keep_secret(name, "wrong")
    with pytest.raises(NoSecret):
        learner.publishing.preview(name)
    learner.publishing.keep_secret(name, "secret-token")
    site.files = {"index.html": b"Welcome to your new site", "cat.png": b"mine"}
    with pytest.raises(ForeignFiles, match="cat"):
        learner.publishing.publish(name)
    looked: list[list[str]] = []
    site.changed = lambda: looked.append(broken(site.files))
    learner.publishing.publish(name, adopt=True)
    more = {"cat.png", "ple-portfolio.json", "not_found.html" if kind == "neocities" else "cat.png"}
    assert {path: said for path, said in site.files.items() if path not in more} == learner.site
    assert site.files["cat.png"] == b"mine"

    before = len(site.sent)
    assert not learner.publishing.publish(name)
    assert len(site.sent) == before
    learner.change()
    done = learner.publishing.publish(name)
    assert {path: said for path, said in site.files.items() if path not in more} == learner.site
    sent = set(site.sent[before:]) - {"ple-portfolio.json"}
    assert sent == {file.path for file in (*done.new, *done.changed)}
    assert not any(looked)


@pytest.mark.parametrize(
    ("said", "url"),
    [
        ("git@github.com:Ada/ada.github.io.git", "https://ada.github.io/"),
        ("https://github.com/ada/notes", "https://ada.github.io/notes/"),
        ("git@codeberg.org:ada/pages.git", "https://ada.codeberg.page/"),
        ("https://gitlab.com/ada/site.git", "https://ada.gitlab.io/site/"),
        ("neocities:ada", "https://ada.neocities.org/"),
        ("sftp://ada@school.example/~/www", None),
    ],
)
def test_where_visitors_find_it_is_known_where_the_host_says_it(said: str, url: str | None) -> None:
    assert site_of(read_address(said)) == url


@pytest.mark.parametrize(
    "said",
    [
        "sftp://ada:secret@school.example/www", "sftp:///www", "sftp://-oProxyCommand=x/www", "davs://h/a/../b",
        "s3://k@bucket?endpiont=x", "sftp://h:99999/x", "", "sftp://h/\x00a",
    ],
)  # fmt: skip
def test_an_address_that_is_none_or_has_a_password_in_it_is_refused(said: str) -> None:
    with pytest.raises(InvalidInput) as told:
        read_address(said)
    assert "secret" not in str(told.value)


def test_signatures_are_those_of_amazons_own_examples() -> None:
    import datetime as dt

    from ple.portfolio.publishing.signature import Key, signed

    key = Key("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    at = dt.datetime(2013, 5, 24, tzinfo=dt.UTC)
    bucket = "https://examplebucket.s3.amazonaws.com/"
    put = {"Date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"}
    examples = {
        "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41": ("GET", "test.txt", {"Range": "bytes=0-9"}),
        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd": ("PUT", "test%24file.text", put),
        "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7": ("GET", "?max-keys=2&prefix=J", {}),
    }
    for signature, (method, path, headers) in examples.items():
        content = b"Welcome to Amazon S3." if method == "PUT" else b""
        said = signed(method, bucket + path, headers, content, key, "us-east-1", at)
        assert said["Authorization"].endswith(signature)
