"""Tests of the Python package; they call the command that NZSIM names."""

import contextlib
import importlib.util
import io
import os
import runpy
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import nzsim

TREE = Path(__file__).resolve().parents[3]
EXAMPLE = TREE / "tools" / "python" / "examples" / "queue_depth.py"
DEPTH = "/activation_queue_depth"


def small_sweep(depths):
    return {
        "name": "small",
        "description": "How deep must the queue be?",
        "source": "a test",
        "base": "eie-64pe",
        "workloads": ["nt-we"],
        "axes": {DEPTH: depths},
        "options": {"values": False},
    }


class InDirectory(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.directory = Path(holder.name)


class CommandTest(InDirectory):
    def test_is_that_of_the_environment(self):
        self.assertEqual(nzsim.command(), os.path.abspath(os.environ["NZSIM"]))

    def test_is_the_argument_before_the_environment(self):
        self.assertEqual(nzsim.command("/bin/sh"), "/bin/sh")

    def test_is_looked_for_in_path(self):
        (self.directory / "nzsim").symlink_to(os.environ["NZSIM"])
        with mock.patch.dict(os.environ, {"NZSIM": "", "PATH": str(self.directory)}):
            self.assertEqual(nzsim.command(), str(self.directory / "nzsim"))

    def test_that_is_none_is_an_error(self):
        with self.assertRaisesRegex(FileNotFoundError, "got '/no/such/nzsim'"):
            nzsim.command("/no/such/nzsim")


class RunTest(unittest.TestCase):
    def test_has_totals_layers_and_statistics(self):
        report = nzsim.run("eie-64pe", "nt-we", values=False)
        self.assertEqual(report["machine"], "eie-64pe")
        self.assertGreater(report.totals["cycles"], 0)
        # 800 MHz: 1.25 ns a cycle.
        self.assertAlmostEqual(report.totals["seconds"], report.totals["cycles"] * 1.25e-9, 15)
        self.assertEqual([layer["name"] for layer in report.layers], ["nt-we"])
        self.assertEqual(report.statistics["eie.cycles"], report.totals["cycles"])

    def test_sets_keys_of_the_machine(self):
        shallow = nzsim.run("eie-64pe", "nt-we", {DEPTH: 1}, values=False)
        deep = nzsim.run("eie-64pe", "nt-we", {DEPTH: 64}, values=False)
        self.assertGreater(shallow.totals["cycles"], deep.totals["cycles"])

    def test_checks_values(self):
        fast = nzsim.run("eie-4pe-teaching", "lenet-300-100-pruned")
        self.assertTrue(all(layer["values"]["matches"] for layer in fast.layers))

    def test_fails_with_message_and_exit_code(self):
        with self.assertRaises(nzsim.NzsimError) as caught:
            nzsim.run("eie-64pe", "nt-we", {DEPTH: 0})
        self.assertEqual(caught.exception.exit_code, 2)
        self.assertIn("/activation_queue_depth: expected an integer in", caught.exception.message)

    def test_knows_what_ships(self):
        self.assertIn("EIE as published", nzsim.machines()["eie-64pe"])
        self.assertIn("alex-7", nzsim.networks())


class SweepTest(InDirectory):
    def test_has_the_rows_of_its_points(self):
        sweep = nzsim.sweep(small_sweep([1, 8]), self.directory / "out", jobs=1)
        rows = sweep.rows()
        self.assertEqual([row[DEPTH] for row in rows], [1, 8])
        self.assertEqual([row["status"] for row in rows], ["done", "done"])
        self.assertEqual(sweep.axes, [DEPTH])
        report = nzsim.run("eie-64pe", "nt-we", {DEPTH: 8}, values=False)
        self.assertEqual(rows[1]["seconds"], report.totals["seconds"])
        self.assertEqual(sweep.published(), [])

    def test_is_read_again_and_leaves_no_other_file(self):
        out = self.directory / "out"
        rows = nzsim.sweep(small_sweep([1, 2]), out).rows()
        self.assertEqual(nzsim.read_sweep(out).rows(), rows)
        self.assertEqual([entry.name for entry in self.directory.iterdir()], ["out"])
        self.assertEqual(nzsim.sweep(small_sweep([1, 2]), out).rows(), rows)

    def test_has_published_numbers_beside_its_own(self):
        beside = {"file": "eie-fig8", "table": "load_balance", "column": "eie.load_balance"}
        sweep = dict(small_sweep([8]), published=[dict(beside, axes=[DEPTH])])
        rows = nzsim.sweep(sweep, self.directory / "out").published()
        known = [row for row in rows if row["simulated"] is not None]
        self.assertEqual([(row["row"], row["column"]) for row in known], [("nt-we", "8")])
        # Fig. 8 has 0.651 for NT-We at depth 8.
        self.assertEqual(known[0]["published"], 0.651)
        error = 100 * (known[0]["simulated"] / 0.651 - 1)
        self.assertAlmostEqual(known[0]["error"], error, 9)

    def test_reports_a_wrong_axis_at_its_value(self):
        with self.assertRaises(nzsim.NzsimError) as caught:
            nzsim.sweep(small_sweep([8, 0]), self.directory / "out")
        self.assertEqual(caught.exception.exit_code, 2)
        self.assertIn("/axes/~1activation_queue_depth/1: expected", caught.exception.message)

    def test_keeps_points_that_fail_as_rows(self):
        sweep = dict(small_sweep([8]), workloads=["vgg-6"])
        rows = nzsim.sweep(sweep, self.directory / "out").rows()
        self.assertEqual([row["status"] for row in rows], ["failed"])
        self.assertNotEqual(rows[0]["message"], "")

    def test_without_results_is_an_error(self):
        with self.assertRaises(FileNotFoundError):
            nzsim.read_sweep(self.directory)

    @unittest.skipUnless(importlib.util.find_spec("pandas"), "pandas is not installed")
    def test_becomes_a_data_frame(self):
        frame = nzsim.sweep(small_sweep([1, 8]), self.directory / "out").to_pandas()
        self.assertEqual(list(frame[DEPTH]), [1, 8])

    def test_says_that_it_needs_pandas(self):
        sweep = nzsim.sweep(small_sweep([8]), self.directory / "out")
        with mock.patch.dict(sys.modules, {"pandas": None}):
            with self.assertRaisesRegex(ImportError, "pip install pandas"):
                sweep.to_pandas()


class CompareTest(InDirectory):
    def test_returns_the_comparison_and_writes_the_page(self):
        comparison = nzsim.compare("tpu-applications", self.directory / "out", values=False)
        self.assertEqual(comparison["name"], "tpu-applications")
        self.assertTrue((self.directory / "out" / "comparison.html").exists())


class ExampleTest(InDirectory):
    def test_finds_the_smallest_depth(self):
        printed = io.StringIO()
        with mock.patch.object(sys, "argv", [str(EXAMPLE), str(self.directory / "out")]):
            with contextlib.redirect_stdout(printed):
                names = runpy.run_path(str(EXAMPLE))
        times = {row[DEPTH]: row["seconds"] for row in names["rows"]}
        smallest = names["smallest"]
        self.assertEqual(sorted(times), [1, 2, 4, 8, 16, 32, 64])
        self.assertLessEqual(times[smallest], 1.05 * min(times.values()))
        self.assertGreater(times[smallest // 2], 1.05 * min(times.values()))
        self.assertIn(f"smallest depth within 5 % of the best: {smallest}", printed.getvalue())


if __name__ == "__main__":
    unittest.main()
