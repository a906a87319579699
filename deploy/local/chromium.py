"""A browser for the tests of pages: this machine's, else Debian's Chromium, not installed.

`python -m deploy.local.chromium` sees to it that there is one.
"""

from __future__ import annotations

import fcntl
import shutil
import sys
from collections.abc import Callable

from deploy.local.debian import DebianError, PrivateApt, unpack
from deploy.local.places import PACKAGES

_NAMES = ("chromium", "google-chrome", "chrome")
_ROOT = PACKAGES / "chromium"
_LAUNCHER = "launch"
_PLAIN_FONT = "fonts-dejavu-core"
_SCRIPT = """\
#!/bin/sh
# Chromium with the libraries and fonts that were unpacked beside it.
LD_LIBRARY_PATH="{libraries}"
FONTCONFIG_FILE="{root}/fonts.conf"
export LD_LIBRARY_PATH FONTCONFIG_FILE
exec "{root}/usr/lib/chromium/chromium" "$@"
"""
_FONTS = """\
<?xml version="1.0"?>
<fontconfig>
  <dir>{root}/usr/share/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>{root}/font-cache</cachedir>
</fontconfig>
"""


def installed() -> str | None:
    """The path of this machine's browser, or of the one that was unpacked; None: there is none."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    launcher = _ROOT / _LAUNCHER
    return found or (str(launcher) if launcher.exists() else None)


def install(say: Callable[[str], None]) -> None:
    """See to it that there is one; DebianError where it cannot be had."""
    PACKAGES.mkdir(parents=True, exist_ok=True)
    with (PACKAGES / "chromium.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if installed() is not None:
            return
        say("no browser is installed: downloading Debian's Chromium (nothing is installed)")
        apt = PACKAGES / "apt-chromium"
        draft = _ROOT.with_name("chromium.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        for archive in PrivateApt(apt).fetch_with_dependencies("chromium", _PLAIN_FONT):
            unpack(archive, draft)
        (draft / "fonts.conf").write_text(_FONTS.format(root=_ROOT))
        launcher = draft / _LAUNCHER
        folders = {file.parent.relative_to(draft) for file in draft.glob("**/*-linux-gnu/**/*.so*")}
        libraries = ":".join(str(_ROOT / folder) for folder in sorted(folders))
        launcher.write_text(_SCRIPT.format(root=_ROOT, libraries=libraries))
        launcher.chmod(0o755)
        draft.replace(_ROOT)
        shutil.rmtree(apt, ignore_errors=True)


def main() -> None:
    """Where none can be had, say why: the end of `make test` says what was not tested."""
    try:
        install(lambda line: print(line, flush=True))
    except DebianError as error:
        print(f"no browser: {error}", file=sys.stderr)


if __name__ == "__main__":
    main()
