"""Runs a command with a limit: one that hangs is ended with all that it has started."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path


class CommandError(Exception):
    """It failed or took too long; the text says which, and what it said last."""


def run(
    words: Sequence[str | Path],
    *,
    seconds: float,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> str:
    """Run it and return what it printed; CommandError when it fails or is not done in time."""
    # Files instead of pipes, and a session of its own: what a command leaves behind could hold a
    # pipe open for ever, and a limit that ends the command alone would wait for it.
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            words,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            start_new_session=True,
        )
        try:
            code = process.wait(seconds)
            how = f"failed ({code})"
        except subprocess.TimeoutExpired:
            code, how = 1, f"was not done after {seconds:.0f} s"
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        output.seek(0)
        printed = output.read().decode(errors="replace")
        if code != 0:
            errors.seek(0)
            said = printed + errors.read().decode(errors="replace")
            command = " ".join(str(word) for word in words)
            raise CommandError(f"{command[:300]} {how}:\n{said[-4000:]}")
        return printed
