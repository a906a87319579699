"""Which tests go to one worker together when several run beside each other (`pytest -n`)."""

from __future__ import annotations

import os
from pathlib import PurePosixPath

from xdist.scheduler import LoadScopeScheduling

ONE_FLEET = ("tests/faults", "tests/e2e", "tests/page")
"""Folders whose files share five running services, which take long to start."""
NO_BROKER = ("tests/unit", "tests/packaging", "tests/browser")


def group_of(nodeid: str, *, one_broker: bool) -> str:
    """Tests of one group run in one process, in their usual order.

    A file is a group, so that what its tests share is made once. With `one_broker` all workers
    would talk to the same broker, where the services that one of them runs would take the
    messages of another: then all that needs it is one group.
    """
    file = nodeid.partition("::")[0]
    folder = "/".join(PurePosixPath(file).parts[:2])
    if folder == "tests/faults":  # has a broker of its own in any case
        return folder
    if one_broker and folder not in NO_BROKER:
        return "one broker"
    return folder if folder in ONE_FLEET else file


class ByWhatTheyShare(LoadScopeScheduling):  # type: ignore[misc]  # xdist carries no types
    """The scheduler of xdist that keeps groups together, with our groups."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid, one_broker=bool(os.environ.get("BROADSHEET_AMQP_URL")))
