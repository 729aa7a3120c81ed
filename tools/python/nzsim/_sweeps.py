"""Sweeps: many design points from one file."""

import csv
import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, List, Mapping, Optional, Union

from ._command import PathLike, call

if TYPE_CHECKING:
    import pandas

Row = Dict[str, Any]

SOME_FAILED = 1


class Sweep:
    """The results of a sweep in a directory."""

    def __init__(self, directory: PathLike) -> None:
        self.directory = Path(directory)
        with open(self.directory / "sweep.json", encoding="utf-8") as stream:
            self.config: Dict[str, Any] = json.load(stream)["sweep"]

    @property
    def axes(self) -> List[str]:
        """Names of the axes, which are columns of the rows."""
        return list(self.config["axes"])

    def rows(self) -> List[Row]:
        """One dictionary per point, in the order of the plan.

        `status` is `done` where the numbers are there; `workload`, the axes' values, then numbers
        with their units in the names.
        """
        with open(self.directory / "results.jsonl", encoding="utf-8") as stream:
            return [json.loads(line) for line in stream]

    def published(self) -> List[Row]:
        """Published numbers beside simulated ones; `error` in `error_unit`. Empty without any.

        What is not known is None.
        """
        path = self.directory / "published.csv"
        if not path.exists():
            return []
        with open(path, encoding="utf-8", newline="") as stream:
            return [numbers_of(row) for row in csv.DictReader(stream)]

    def to_pandas(self) -> "pandas.DataFrame":
        """The rows as a data frame. Raises `ImportError` where pandas is not installed."""
        try:
            import pandas
        except ImportError as error:
            raise ImportError(
                "Sweep.to_pandas needs pandas, which is not installed: pip install pandas, or use "
                "Sweep.rows"
            ) from error
        return pandas.DataFrame(self.rows())

    def __repr__(self) -> str:
        return f"Sweep({str(self.directory)!r})"


def numbers_of(row: Mapping[str, str]) -> Row:
    """A line of `published.csv` with its numbers as such."""
    result: Row = dict(row)
    for name in ("published", "simulated", "error"):
        result[name] = float(row[name]) if row[name] else None
    return result


def sweep(
    file: Union[PathLike, Mapping[str, Any]],
    out: PathLike,
    jobs: Optional[int] = None,
    *,
    retry_failed: bool = False,
    reports: bool = False,
    nzsim: Optional[PathLike] = None,
) -> Sweep:
    """Runs a sweep into the directory `out`, or what is missing there; returns its results.

    `file` is a shipped name, a path, or the sweep itself as a dictionary, whose paths then start
    from the directory above `out`. `jobs` processes run points, by default one per processor;
    `reports` keeps the report of each point. Points that fail are rows with their status; it is
    the sweep that raises `NzsimError`.
    """
    directory = Path(out)
    if not isinstance(file, Mapping):
        return run_sweep(os.fspath(file), directory, jobs, retry_failed, reports, nzsim)
    directory.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(".json", f".{directory.name}.", directory.absolute().parent)
    try:
        with open(handle, "w", encoding="utf-8") as stream:
            json.dump(file, stream)
        return run_sweep(name, directory, jobs, retry_failed, reports, nzsim)
    finally:
        os.remove(name)


def run_sweep(
    file: str,
    out: Path,
    jobs: Optional[int],
    retry_failed: bool,
    reports: bool,
    nzsim: Optional[PathLike],
) -> Sweep:
    """`sweep` of a file."""
    words = ["sweep", file, "--out", str(out), "--json"]
    if jobs is not None:
        words += ["--jobs", str(jobs)]
    if retry_failed:
        words.append("--retry-failed")
    if reports:
        words.append("--reports")
    # Points that have failed are rows; the command says so by its exit code and has printed a status.
    call(words, nzsim, allowed=(0, SOME_FAILED))
    return Sweep(out)


def read_sweep(directory: PathLike) -> Sweep:
    """The results of a sweep that was run before. Raises `FileNotFoundError` where there are none."""
    results = Path(directory) / "results.jsonl"
    if not results.is_file():
        raise FileNotFoundError(f"expected the results of a sweep, got no {results}")
    return Sweep(directory)
