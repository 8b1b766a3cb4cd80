"""Two computers with the same library publish to one place: neither overwrites unawares what the other put there."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ple.portfolio.publishing import Overtaken, PublishedElsewhere
from tests.publishing.conftest import Learner
from tests.publishing.hosts import ALL, Host, s3, shown

EACH = pytest.mark.parametrize("host", ALL if os.environ.get("PLE_TEST_ALL") else [s3], indirect=True)
LONG = pytest.mark.skipif(not os.environ.get("PLE_TEST_ALL"), reason="long; PLE_TEST_ALL=1 runs it")
Second = Callable[[], Learner]


@pytest.fixture
def host(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Host]:
    folder = tmp_path / "served"
    folder.mkdir()
    with request.param(folder) as made:
        yield made


@LONG
@EACH
def test_what_another_computer_published_since_is_replaced_only_when_that_is_said(
    learner: Learner, second: Second, host: Host
) -> None:
    name = host.target(learner)
    learner.publishing.publish(name)
    other = second()
    assert host.target(other) == name
    assert not other.publishing.publish(name), "it would publish the same, and may go on from there"
    other.change()
    other.publishing.publish(name)
    assert shown(host) == other.site

    learner.show("Only here", "Words.")
    before = host.written()
    seen = learner.publishing.preview(name)
    assert seen.elsewhere
    assert "work/naps/index.html" in {file.path for file in seen.gone}
    with pytest.raises(PublishedElsewhere, match="another computer") as told:
        learner.publishing.publish(name)
    assert "--anyway" in str(told.value.hint)
    assert host.written() == before
    assert shown(host) == other.site

    learner.publishing.publish(name, anyway=True)
    assert shown(host) == learner.site
    with pytest.raises(PublishedElsewhere):
        other.publishing.publish(name)


@EACH
def test_of_two_that_publish_at_once_one_stops(learner: Learner, second: Second, host: Host) -> None:
    name = host.target(learner)
    learner.publishing.publish(name)
    other = second()
    host.target(other)
    other.publishing.publish(name)
    other.change()
    learner.portfolio.init(title="Another title")
    refused: list[type[BaseException]] = []

    def meanwhile(_done: int, _todo: int) -> None:
        if not refused:
            try:
                other.publishing.publish(name)
            except PublishedElsewhere as error:
                refused.append(type(error))
            other.publishing.publish(name, anyway=True)

    with pytest.raises(Overtaken, match="at this moment"):
        learner.publishing.publish(name, told=meanwhile)
    assert refused == [PublishedElsewhere]
    with pytest.raises(PublishedElsewhere):
        learner.publishing.publish(name)
    other.publishing.publish(name)
    assert shown(host) == other.site


@LONG
@EACH
def test_a_publication_that_was_cut_is_gone_on_with_by_the_same_computer(learner: Learner, host: Host) -> None:
    name = host.target(learner)
    learner.publishing.publish(name)
    learner.change()

    def cut(_done: int, _todo: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        learner.publishing.publish(name, told=cut)
    learner.publishing.publish(name)
    assert shown(host) == learner.site


@pytest.mark.parametrize("conditions", [True, False])
def test_a_store_that_takes_conditions_says_at_once_who_was_quicker(
    learner: Learner, tmp_path: Path, conditions: bool
) -> None:
    with s3(tmp_path) as host:
        host.server.conditions = conditions
        name = host.target(learner)
        learner.publishing.publish(name)
        learner.change()
        before = dict(shown(host))

        def another(key: str) -> None:
            host.server.read = None
            content, headers = host.server.objects[key]
            host.server.objects[key] = (content.replace(b'"by":"', b'"by":"another'), headers)

        host.server.read = another
        if not conditions:
            learner.publishing.publish(name)
            assert shown(host) == learner.site
            return
        with pytest.raises(Overtaken):
            learner.publishing.publish(name)
        assert shown(host) == before


def test_what_somebody_writes_to_a_branch_at_that_moment_stays(
    learner: Learner, second: Second, tmp_path: Path
) -> None:
    remote = tmp_path / "pages.git"
    subprocess.run(["git", "init", "-q", "--bare", remote], check=True)
    name = learner.publishing.keep(str(remote)).name
    learner.publishing.publish(name)
    other = second()
    learner.change()
    hook = remote / "hooks" / "pre-receive"
    hook.write_text(
        """#!/bin/sh
        [ -e "$GIT_DIR/once" ] && exit 0
        touch "$GIT_DIR/once"
        unset GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES
        export GIT_INDEX_FILE="$GIT_DIR/its" GIT_AUTHOR_NAME=x GIT_AUTHOR_EMAIL=x GIT_COMMITTER_NAME=x
        export GIT_COMMITTER_EMAIL=x
        git read-tree main
        git update-index --add --cacheinfo 100644 "$(echo mine | git hash-object -w --stdin)" README
        git update-ref refs/heads/main "$(git commit-tree -p main -m mine "$(git write-tree)")"
        """
    )
    hook.chmod(0o755)
    learner.publishing.publish(name)
    command = ["git", "--git-dir", remote, "ls-tree", "-r", "--name-only", "main"]
    listed = subprocess.run(command, capture_output=True, check=True)
    assert {"README", "work/naps/index.html"} <= set(listed.stdout.decode().split())

    other.show("Only there", "Words.")
    with pytest.raises(PublishedElsewhere):
        other.publishing.publish(name)
    other.publishing.publish(name, anyway=True)
    with pytest.raises(PublishedElsewhere):
        learner.publishing.publish(name)
