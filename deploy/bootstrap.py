"""Makes `.venv` from the lock file on a machine with Python only: `python3 -m deploy.bootstrap`.

A fresh Debian or Ubuntu has neither pip nor ensurepip, so the installer is looked for from
the best to the last resort. No index or host is named here: the machine's own configuration
of uv or pip decides where packages come from, and the lock file's hashes what they are.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from deploy.local.debian import DebianError, PrivateApt, unpack

_CHECKOUT = Path(__file__).resolve().parent.parent
_VENV = _CHECKOUT / ".venv"
_READY = _VENV / ".ready"
_LOCK = _CHECKOUT / "requirements.lock"
_INSTALLER_LOCK = _CHECKOUT / "requirements-bootstrap.lock"
_FETCHED = _CHECKOUT / "var" / "packages" / "pip"
_OLDEST = (3, 11)


class BootstrapError(Exception):
    """The environment could not be made; the message says why and how to mend it."""


class Installer:
    """A command that takes pip's arguments, and the environment it needs."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self._command = [*command, "install"]
        self._environment = {**os.environ, **(environment or {})}

    def install(self, what: str, *arguments: str) -> None:
        """Install into its environment; `BootstrapError` with what the installer said last."""
        ended = subprocess.run(
            [*self._command, *arguments],
            cwd=_CHECKOUT,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        if ended.returncode != 0:
            said = "\n".join(f"    {line}" for line in ended.stdout.strip().splitlines()[-10:])
            raise BootstrapError(f"{self.name} could not install {what}:\n{said}")


def main() -> None:
    """The command. Prints one line per step; exits 1 with the reason when one fails."""
    started = time.monotonic()
    try:
        if sys.version_info < _OLDEST:
            raise BootstrapError(
                f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}"
            )
        _READY.unlink(missing_ok=True)
        make_venv(_VENV)
        installer = install_locked(_VENV, _LOCK, _INSTALLER_LOCK)
        _say("installing broadsheet itself, editable")
        installer.install("broadsheet", "--no-deps", "--no-build-isolation", "-e", str(_CHECKOUT))
    except (BootstrapError, DebianError) as error:
        print(f"\nbootstrap failed: {error}", file=sys.stderr)
        raise SystemExit(1) from None
    _READY.touch()
    _say(f".venv is ready ({time.monotonic() - started:.0f} s)")


def make_venv(venv: Path) -> None:
    """An empty environment in that folder, unless the one there has the same Python and works."""
    wanted = f"{sys.version_info.major}.{sys.version_info.minor}"
    python = _python(venv)
    if python.exists():
        probe = [str(python), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
        answer = subprocess.run(probe, capture_output=True, text=True, check=False)
        if answer.stdout.strip() == wanted:
            return
    _say(f"making {venv.name} with Python {wanted} ({sys.executable})")
    shutil.rmtree(venv, ignore_errors=True)
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", str(venv)],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode != 0:
        raise BootstrapError(f"python -m venv failed: {(made.stderr or made.stdout).strip()}")


def install_locked(venv: Path, *locks: Path) -> Installer:
    """What the lock files name, with the first installer that can; that one.

    Raises `BootstrapError` with what the last one said when none could.
    """
    failure = BootstrapError("no installer for Python packages was found")
    for installer in _installers(venv):
        try:
            _say(f"installing the locked packages with {installer.name}")
            files = [word for lock in locks for word in ("-r", str(lock))]
            installer.install("the locked packages", "--require-hashes", *files)
        except BootstrapError as error:
            _say(f"that did not work: {str(error).splitlines()[-1].strip()}")
            failure = error
            continue
        return installer
    raise failure


def _installers(venv: Path) -> Iterator[Installer]:
    """From the best to the last resort; looked for only when the one before was of no use."""
    own_uv = str(venv / "bin" / "uv")
    for command in (own_uv, str(Path(sys.executable).with_name("uv")), "uv"):
        # A command of that name may be a shim that has nothing behind it: ask it.
        if _answers([command, "--version"]):
            yield _uv(command, venv)
            break
    pip = _pip(venv)
    if not _pip_has_an_index_of_its_own():
        # uv does not read pip's configuration: it would go elsewhere than this machine wants.
        _say("installing uv (pinned), which installs the rest faster")
        pip.install("uv", "--require-hashes", "-r", str(_INSTALLER_LOCK))
        yield _uv(own_uv, venv)
    yield pip


def _uv(command: str, venv: Path) -> Installer:
    # A machine that trusts a certificate of its own has it where the system keeps them.
    environment = {"VIRTUAL_ENV": str(venv), "UV_SYSTEM_CERTS": "true"}
    return Installer("uv", [command, "pip"], environment)


def _pip(venv: Path) -> Installer:
    """The first pip there is: the machine's, ensurepip's wheel, Debian's package."""
    python = str(_python(venv))
    if _answers([sys.executable, "-m", "pip", "--version"]):
        _say("using this machine's pip")
        # `--python` makes one pip install into another environment (pip 22.3 and later).
        return Installer("pip", [sys.executable, "-m", "pip", "--python", python])
    wheel = _bundled_wheel()
    if wheel is not None:
        _say("using the pip that comes with Python")
    else:
        _say("fetching pip from Debian's package python3-pip-whl (nothing is installed)")
        wheel = _debian_wheel()
    return Installer("pip", [python, "-m", "pip"], {"PYTHONPATH": str(wheel)})


def _python(venv: Path) -> Path:
    return venv / "bin" / "python"


def _bundled_wheel() -> Path | None:
    try:
        import ensurepip  # missing on Debian without python3-venv
    except ImportError:
        return None
    folders = [Path(ensurepip.__file__).parent / "_bundled", Path("/usr/share/python-wheels")]
    wheels = [wheel for folder in folders for wheel in sorted(folder.glob("pip-*.whl"))]
    return wheels[-1] if wheels else None


def _debian_wheel() -> Path:
    if not PrivateApt.available():
        raise BootstrapError(
            "no installer for Python packages was found. Install uv, or pip for this Python."
        )
    unpacked = _FETCHED / "root"
    unpack(PrivateApt(_FETCHED / "apt").fetch_alone("python3-pip-whl"), unpacked)
    return next(unpacked.glob("usr/share/python-wheels/pip-*.whl"))


def _pip_has_an_index_of_its_own() -> bool:
    """Whether pip is told to look for packages elsewhere than by default, and uv is not."""
    if any(name in os.environ for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_CONFIG_FILE")):
        return False
    if "PIP_INDEX_URL" in os.environ or "PIP_NO_INDEX" in os.environ:
        return True
    files = [
        Path(os.environ.get("PIP_CONFIG_FILE", "/etc/pip.conf")),
        Path(os.environ.get("XDG_CONFIG_HOME", "~/.config")).expanduser() / "pip" / "pip.conf",
        Path("~/.pip/pip.conf").expanduser(),
    ]
    settings = (line.split("=")[0].strip() for file in files for line in _lines(file))
    return any(setting in {"index-url", "index_url", "no-index"} for setting in settings)


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _answers(command: Sequence[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _say(what: str) -> None:
    print(f"bootstrap: {what}", flush=True)


if __name__ == "__main__":
    main()
