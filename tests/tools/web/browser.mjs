// What the tests of pages share: a browser, and pages made by the built command.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(new URL("../../../tools/web/package.json", import.meta.url));
const { chromium } = require("playwright-core");

/** Simulates and returns the folder of the report. */
export function simulate(machine, network, ...options) {
  const folder = mkdtempSync(join(tmpdir(), "nzsim-page-"));
  execFileSync(process.env.NZSIM, ["run", machine, network, "--out", folder, ...options]);
  return folder;
}

/** Compares the machines of `file` into `folder`. */
export function compare(file, folder) {
  execFileSync(process.env.NZSIM, ["compare", file, "--no-values", "--out", folder]);
}

/** Runs the sweep of `file` into `folder`; points may fail. */
export function sweep(file, folder) {
  const { status, stderr } = spawnSync(process.env.NZSIM, ["sweep", file, "--out", folder]);
  if (status !== 0 && status !== 1) throw new Error(stderr.toString());
}

/** Writes the page of `folder`; `options` as `--plain`. Returns its path. */
export function writePage(folder, ...options) {
  const output = execFileSync(process.env.NZSIM, ["report", folder, "--format", "html", ...options]);
  return output.toString().trim();
}

/** Changes the JSON of the file `name` in `folder`. */
export function changeDocument(folder, name, change) {
  const path = join(folder, name);
  const content = JSON.parse(readFileSync(path, "utf8"));
  change(content);
  writeFileSync(path, JSON.stringify(content));
}

/** Changes the JSON of `report.json` in `folder`. */
export function changeReport(folder, change) {
  changeDocument(folder, "report.json", change);
}

/** Replaces `what` by `by` in the file `path`, where it must be. */
export function damage(path, what, by) {
  const text = readFileSync(path, "utf8");
  if (!text.includes(what)) throw new Error(`${path}: expected ${what}, got a file without it`);
  writeFileSync(path, text.replace(what, () => by));
}

export function remove(folder) {
  rmSync(folder, { recursive: true });
}

/** One browser for a file of tests. */
export async function launch() {
  // The pages are this build's own, and the sandbox needs rights that a container may lack.
  return chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] });
}

/** Opens a page in a browser or a context of it; `problems` collects what its console and its network say. */
export async function open(browser, path, viewport = { width: 1000, height: 900 }) {
  const page = await browser.newPage({ viewport });
  const problems = [];
  page.on("console", (message) => problems.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => problems.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("request", (request) => {
    if (request.url() !== pathToFileURL(path).href) problems.push(`request: ${request.url()}`);
  });
  await page.goto(pathToFileURL(path).href);
  return { page, problems };
}
