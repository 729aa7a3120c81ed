"""Finds and calls the command."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import List, Optional, Sequence, Union

PathLike = Union[str, "os.PathLike[str]"]


class NzsimError(RuntimeError):
    """The command has failed.

    `message` is what it wrote to standard error, `exit_code` how it ended: 1 a simulation or a
    check failed, 2 usage, config or workload, 3 a sweep is not finished; below 0 a signal.
    """

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.message = message
        self.exit_code = exit_code


def command(nzsim: Optional[PathLike] = None) -> str:
    """The command's file: `nzsim`, the environment's NZSIM, PATH, or `build/nzsim` of this tree.

    The first of these that is given counts. Raises `FileNotFoundError` where it is no program.
    """
    given = nzsim if nzsim is not None else os.environ.get("NZSIM")
    if given:
        found = shutil.which(os.fspath(given))
        if found is None:
            raise FileNotFoundError(f"expected the command nzsim, got {os.fspath(given)!r}")
        return os.path.abspath(found)
    beside = Path(__file__).resolve().parents[3] / "build" / "nzsim"
    found = shutil.which("nzsim") or shutil.which(str(beside))
    if found is None:
        raise FileNotFoundError(
            f"expected the command nzsim in PATH or at {beside}, got none: build it, pass "
            "nzsim=FILE, or set the environment variable NZSIM"
        )
    return os.path.abspath(found)


def call(
    words: Sequence[str],
    nzsim: Optional[PathLike] = None,
    allowed: Sequence[int] = (0,),
) -> str:
    """Standard output of the command with these words.

    Raises `NzsimError` where its exit code is not one of `allowed`, or not 0 without any output.
    """
    line: List[str] = [command(nzsim), *words]
    done = subprocess.run(
        line,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode not in allowed or (done.returncode != 0 and not done.stdout):
        message = done.stderr.strip() or f"{' '.join(line)}: exit code {done.returncode}"
        raise NzsimError(message, done.returncode)
    return done.stdout
