"""Single runs, comparisons, and what there is to run."""

import json
import os
from typing import Any, Dict, List, Mapping, Optional

from ._command import PathLike, call


class Report(Dict[str, Any]):
    """A run's `report.json` as a dictionary, its main parts as attributes."""

    @property
    def totals(self) -> Dict[str, Any]:
        """Of all layers: `cycles`, `seconds`, `energy_joules`, `average_power_watts`, `operations`, ..."""
        return self["totals"]

    @property
    def layers(self) -> List[Dict[str, Any]]:
        """The same of each layer, with `utilization`, `bottleneck`, `values` and `details`."""
        return self["layers"]

    @property
    def statistics(self) -> Dict[str, float]:
        """Counters and ratios by name. Units and descriptions are in `report["statistics"]`."""
        return {name: entry["value"] for name, entry in self["statistics"].items()}


def overrides(changes: Mapping[str, Any]) -> List[str]:
    """`--set POINTER=VALUE` for each change, the value as JSON."""
    words: List[str] = []
    for pointer, value in changes.items():
        words += ["--set", f"{pointer}={json.dumps(value)}"]
    return words


def run(
    machine: PathLike,
    network: PathLike,
    set: Optional[Mapping[str, Any]] = None,  # noqa: A002  (named as the command's option)
    *,
    mode: str = "fast",
    values: bool = True,
    batch: Optional[int] = None,
    seed: Optional[int] = None,
    nzsim: Optional[PathLike] = None,
) -> Report:
    """Simulates `network` on `machine`, each a shipped name or a path.

    `set` changes keys of the machine: `{"/activation_queue_depth": 16}`. `mode` is `fast` or
    `reference`; `values=False` computes the timing alone; `batch` is the number of inputs, `seed`
    that of synthetic values. Raises `NzsimError`.
    """
    words = ["run", os.fspath(machine), os.fspath(network), "--json", "--mode", mode]
    words += overrides(set or {})
    if not values:
        words.append("--no-values")
    if batch is not None:
        words += ["--batch", str(batch)]
    if seed is not None:
        words += ["--seed", str(seed)]
    return Report(json.loads(call(words, nzsim)))


def compare(
    file: PathLike, out: PathLike, *, values: bool = True, nzsim: Optional[PathLike] = None
) -> Dict[str, Any]:
    """Runs a comparison, a shipped name or a path; returns its `comparison.json`.

    The directory `out` gets that file and the page `comparison.html`. Raises `NzsimError`.
    """
    words = ["compare", os.fspath(file), "--out", os.fspath(out)]
    if not values:
        words.append("--no-values")
    call(words, nzsim)
    with open(os.path.join(out, "comparison.json"), encoding="utf-8") as stream:
        return json.load(stream)


def machines(*, nzsim: Optional[PathLike] = None) -> Dict[str, str]:
    """Names of the machines that ship, with what each one is."""
    return listed("machines", nzsim)


def networks(*, nzsim: Optional[PathLike] = None) -> Dict[str, str]:
    """Names of the networks that ship, with what each one is."""
    return listed("networks", nzsim)


def listed(shelf: str, nzsim: Optional[PathLike]) -> Dict[str, str]:
    """Descriptions of what `nzsim list SHELF` lists, by name."""
    items = json.loads(call(["list", shelf, "--json"], nzsim))
    return {item["name"]: item["description"] for item in items}
