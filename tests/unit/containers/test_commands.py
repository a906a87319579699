"""Commands with a limit."""

from __future__ import annotations

import time

import pytest

from deploy.containers.commands import CommandError, run


def test_what_a_command_prints_is_returned_without_its_warnings() -> None:
    assert run(["sh", "-c", "echo said; echo warned >&2"], seconds=10) == "said\n"


def test_a_failure_says_what_was_run_and_what_it_said_last() -> None:
    with pytest.raises(CommandError, match=r"sh -c .* failed \(3\):\n(.*\n)*no such thing"):
        run(["sh", "-c", "echo no such thing >&2; exit 3"], seconds=10)


def test_a_command_that_hangs_is_ended_though_its_child_keeps_the_output_open() -> None:
    began = time.monotonic()
    with pytest.raises(CommandError, match="was not done after 1 s:\nstarted"):
        run(["sh", "-c", "echo started; sleep 60 & sleep 60"], seconds=1)
    assert time.monotonic() - began < 20
