"""What the learner did is on the disk when it is done; what was fetched may be fetched again."""

import pytest

FULL, NORMAL = 2, 1


@pytest.mark.parametrize(
    ("label", "durable", "level"),
    [("Wrote something", None, FULL), (None, None, NORMAL), (None, True, FULL), ("Read something", False, NORMAL)],
)
def test_the_disk_is_waited_for_where_it_matters(sqlite_environment, label, durable, level):
    for _ in range(2):  # the same connection is used again
        with sqlite_environment.library.writing("Something else") as tx:
            assert tx.connection().exec_driver_sql("PRAGMA synchronous").scalar() == FULL
        with sqlite_environment.library.writing(label, durable=durable) as tx:
            assert tx.connection().exec_driver_sql("PRAGMA synchronous").scalar() == level
