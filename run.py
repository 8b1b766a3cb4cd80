#!/usr/bin/env python3
"""Run a task of this project, from nothing but Python 3.11 or newer: ``python3 run.py TASK [ARGUMENTS]``.

    demo        show the whole loop on sample material, without a network
    ple         run ple itself, with what follows as its arguments
    test        run the tests
    check       format, lint, import contracts, types, tests; --postgresql: on a private PostgreSQL too
    bench       run a benchmark: bench NAME
    docs        check the documentation: links, commands, examples

Uses uv if it is here; makes a virtual environment in ``.venv`` with pip if it is not. Standard library only, and no
task lives anywhere else: CI calls this file too.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = Path(os.environ.get("PLE_VENV", ROOT / ".venv"))
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
CONSTRAINTS = ROOT / "constraints.txt"


def main() -> int:
    """Run the task that was named; return its exit code."""
    if sys.version_info < (3, 11):
        sys.exit(f"ple needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    task, arguments = (sys.argv[1] if len(sys.argv) > 1 else ""), sys.argv[2:]
    tasks = {"demo": demo, "ple": ple, "test": test, "check": check, "bench": bench, "docs": docs}
    if task not in tasks:
        sys.exit(__doc__)
    try:
        return tasks[task](arguments)
    except KeyboardInterrupt:
        return 130
    except subprocess.CalledProcessError as error:
        print(f"run.py: {Path(str(error.cmd[0])).name} failed with {error.returncode}", file=sys.stderr)
        return error.returncode or 1


def demo(arguments: list[str]) -> int:
    """Show the whole loop."""
    return ple(["demo", *arguments])


def ple(arguments: list[str]) -> int:
    """Run the command line of this checkout."""
    install("user")
    return call(PYTHON, "-m", "ple", *arguments)


def test(arguments: list[str]) -> int:
    """Run the tests, on all cores."""
    install("dev")
    workers = str((os.cpu_count() or 1) + 1)  # one more than cores: many tests wait for a process or a socket
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # hundreds of processes would compile all of ple anew
    return call(PYTHON, "-m", "pytest", "-n", workers, "--dist", "worksteal", *arguments)


def docs(arguments: list[str]) -> int:
    """Check what the documentation says against what is there."""
    install("dev")
    return call(PYTHON, "-m", "pytest", "tests/house", *arguments)


def bench(arguments: list[str]) -> int:
    """Run a benchmark, or list them."""
    names = sorted(path.stem for path in (ROOT / "benchmarks").glob("*.py") if not path.stem.startswith("_"))
    if not arguments or arguments[0] not in names:
        sys.exit(f"Benchmarks: {', '.join(names)}")
    install("dev")
    return call(PYTHON, ROOT / "benchmarks" / f"{arguments[0]}.py", *arguments[1:])


def check(arguments: list[str]) -> int:
    """Run every check, the cheapest first; the tests are those of the README's command."""
    postgresql = "--postgresql" in arguments
    install("dev")
    for command in (
        ["ruff", "format", "--check", "."],
        ["ruff", "check", "."],
        ["lint-imports", "--no-cache"],
        ["mypy"],
        ["mypy", "--platform", "win32", "--cache-dir", ".mypy_cache/win32"],  # what only POSIX has is kept apart
    ):
        print(f"── {' '.join(command)}", flush=True)
        if code := call(BIN / command[0], *command[1:]):
            return code
    print(f"── python3 run.py test{' (SQLite and PostgreSQL)' if postgresql else ''}", flush=True)
    own = [sys.executable, str(Path(__file__).resolve()), "test"]
    rest = [word for word in arguments if word != "--postgresql"]
    if not postgresql:
        return call(*own, *rest)
    return call(PYTHON, ROOT / "tests" / "servers" / "postgresql.py", *own, *rest)


def call(*command: "str | Path") -> int:
    """Run a command in the project's folder and return its exit code; Ctrl-C reaches it, and we wait for it."""
    process = subprocess.Popen([str(word) for word in command], cwd=ROOT)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:  # the terminal has told the child too: let it tidy up
            continue


def install(what: str) -> None:
    """Let the virtual environment hold this project, and with ``dev`` its tools, as pinned; do nothing if it does."""
    stamp = VENV / f"installed-{what}"
    wanted = hashlib.sha256(
        b"\0".join((ROOT / name).read_bytes() for name in ("pyproject.toml", "constraints.txt"))
        + str(ROOT).encode()
        + sys.version.encode()
    ).hexdigest()
    for done in (stamp, VENV / "installed-dev"):
        if PYTHON.exists() and done.exists() and done.read_text() == wanted:
            return
    print("Setting up (once) …", file=sys.stderr, flush=True)
    uv = shutil.which("uv")
    if not PYTHON.exists():
        make_environment(uv)
    if uv:
        pip = [uv, "pip", "install", "--quiet", "--python", str(PYTHON)]
    else:
        pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        # dependency groups need pip 25.1
        subprocess.run([*pip, "pip>=25.1"], check=True)
    groups = ["--group", "dev"] if what == "dev" else []
    subprocess.run([*pip, "--constraint", str(CONSTRAINTS), *groups, "--editable", "."], cwd=ROOT, check=True)
    stamp.write_text(wanted)


def make_environment(uv: "str | None") -> None:
    """Make the virtual environment, anew if a half-made one is there."""
    shutil.rmtree(VENV, ignore_errors=True)
    if uv:
        subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(VENV)], check=True)
        return
    try:
        import ensurepip  # noqa: F401 - Debian ships Python without it
        import venv
    except ImportError:
        sys.exit(
            "This Python cannot make virtual environments: a part of it (ensurepip) is packaged apart.\n"
            "On Debian or Ubuntu: sudo apt install python3-venv. Or install uv, which needs nothing else."
        )
    venv.create(VENV, with_pip=True)


if __name__ == "__main__":
    sys.exit(main())
