"""Publishing, telling and leaving as a learner types it."""

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.servers.echoes import network


def test_a_learner_publishes_tells_and_leaves(ple: Any, tmp_path: Path) -> None:
    remote = tmp_path / "pages.git"
    subprocess.run(["git", "init", "-q", "--bare", remote], check=True)
    with network() as net:
        ple("portfolio", "init", "--title", "Mine", "--url", "http://127.0.0.1:9/")
        net.pages["/theirs"] = (200, {"Link": f"<{net.url}/webmention>; rel=webmention"}, "")
        work = ple("journal", "write", f"See [this]({net.url}/theirs).", "--title", "Walks", "--json").json["id"]
        ple("portfolio", "add", str(work), "--visibility", "public")
        seen = ple("portfolio", "publish", str(remote), "--dry-run")
        assert "+ work/walks/index.html (" in seen.err
        assert "Would change:" in seen.out
        done = ple("portfolio", "publish", "--json").json
        assert done["commit"]
        assert {"path": "index.html", "size": len((ple.folder / "site/index.html").read_bytes())} in done["new"]
        assert "Nothing to change" in ple("portfolio", "publish").out
        assert "never shown" not in ple("portfolio", "targets", "list").out
        (found,) = ple("portfolio", "published", "--json").json
        assert found["url"] == "http://127.0.0.1:9/work/walks/"
        assert "no place to publish" in ple("portfolio", "publish", "schol", code=1).err
        assert "password" in ple("portfolio", "publish", "sftp://a:b@h/x", code=1).err

        assert ple("portfolio", "mentions", "send", code=2).err.count("--yes") == 1
        assert net.mentions == []
        (sent,) = ple("portfolio", "mentions", "send", "--yes", "--json").json
        assert sent["state"] == "taken"
        row = {"wm-target": found["url"], "wm-source": "https://a.example/1", "content": "Nice"}
        ple("portfolio", "mentions", "import", "-", stdin=json.dumps([row]))
        assert "Nice" in ple("portfolio", "mentions", "list").out
        ple("portfolio", "mentions", "allow", "1")
        ple("portfolio", "announcers", "add", "mastodon", net.url, "--name", "there", stdin="secret-token\n")
        assert "http://127.0.0.1:9/work/walks/" in ple("portfolio", "announce", "Walks", "--dry-run").out
        assert net.statuses == {}
        assert ple("portfolio", "announce", "Walks", "--yes", "--json").json["url"].startswith(net.url)
        ple("portfolio", "publish")
        page = (ple.folder / "site/work/walks/index.html").read_text()
        assert "Nice" in page
        assert "u-syndication" in page
    ple("portfolio", "export", str(tmp_path / "book.epub"))
    assert "does not say in which form" in ple("portfolio", "export", str(tmp_path / "book.doc"), code=1).err
    assert "secret-token" not in "".join(p.read_text("latin-1") for p in ple.folder.glob("site*/**/*.html"))
    ple("portfolio", "targets", "remove", "pages", "--yes")
    assert ple("portfolio", "targets", "list", "--json").json == []
