"""Feeds behind a password, as typed."""

from tests.servers.feeds import FeedServer, answer, rss

FEED = rss("A private blog", [{"guid": "1", "title": "Hello"}]).encode()


def private(handler):
    known = handler.headers.get("Authorization") or handler.headers.get("X-Api-Key")
    answer(handler, 200 if known in ("Basic YW5uOnMzY3JldA==", "k3y") else 401, FEED if known else b"no")


def test_a_feed_is_followed_with_a_password_from_standard_input_and_signed_in_to_anew(ple):
    with FeedServer() as server:
        url = server.misbehave("/feed", private)
        said = ple("feeds", "add", url, code=None)
        assert said.code != 0
        assert "sign-in" in said.err
        feed = ple("feeds", "add", url, "--user", "ann", "--json", stdin="s3cret\n").json
        assert (feed["title"], feed["entries"]) == ("A private blog", 1)
        assert "1 unchanged" in ple("feeds", "update", "--force").out
        ple("feeds", "sign-in", str(feed["id"]), "--forget")
        assert "401" in ple("feeds", "update", "--force", code=None).err
        ple("feeds", "sign-in", str(feed["id"]), "--header", "X-Api-Key", stdin="k3y\n")
        assert "1 unchanged" in ple("feeds", "update", "--force").out
        assert "s3cret" not in ple("feeds", "export").out
