"""How deep must EIE's activation queue be? A sweep, a table, an answer.

Runs as a script, or cell by cell in editors that know `# %%`.
"""

# %% The sweep: seven depths of the queue on one layer, timing alone
import sys
import tempfile
from pathlib import Path

import nzsim

DEPTH = "/activation_queue_depth"
question = {
    "name": "queue-depth",
    "description": "Which is the smallest queue that costs less than 5 % of time?",
    "source": "Fig. 8 of the EIE paper asks the same of its load balance",
    "base": "eie-64pe",
    "workloads": ["nt-we"],
    "axes": {DEPTH: {"from": 1, "to": 64, "factor": 2}},
    "options": {"values": False},
}
out = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp()) / "queue-depth"
sweep = nzsim.sweep(question, out)

# %% The table: simulated time and load balance of each depth
rows = sweep.rows()
print(f"{'depth':>5} {'time [us]':>10} {'load balance':>13}")
for row in rows:
    print(f"{row[DEPTH]:5} {row['seconds'] * 1e6:10.2f} {row['eie.load_balance']:13.3f}")

# %% The answer: the smallest depth within 5 % of the best time
best = min(row["seconds"] for row in rows)
smallest = min(row[DEPTH] for row in rows if row["seconds"] <= 1.05 * best)
print(f"smallest depth within 5 % of the best: {smallest}")
