"""Runs the command `nzsim` and reads what it writes.

    import nzsim
    report = nzsim.run("eie-64pe", "alex-7", set={"/activation_queue_depth": 16})
    print(report.totals["seconds"], report.totals["energy_joules"])

Quantities have their unit in their name: `seconds`, `energy_joules`, `area_mm2`. The command is
found as `command()` says.
"""

from ._command import NzsimError, command
from ._runs import Report, compare, machines, networks, run
from ._sweeps import Sweep, read_sweep, sweep

__all__ = [
    "NzsimError",
    "Report",
    "Sweep",
    "command",
    "compare",
    "machines",
    "networks",
    "read_sweep",
    "run",
    "sweep",
]
