import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { damage, launch, open, remove, sweep, writePage } from "./browser.mjs";

const networkOf = (outputs) => ({ name: "net", description: "d", source: "a test", layers: [
  { name: "fc", type: "fully_connected", inputs: 64, outputs,
    weights: { synthetic: { density: 0.5 } }, activations: { synthetic: { density: 0.5 } } }] });
const AXES = {
  "/activation_queue_depth": [1, 2, 4, 8, 16, 32],
  // The first one is too small for the network: its points fail.
  "/sparse_matrix_sram/capacity_bytes": [64, 131072],
  "/clock_mhz": [400, 800],
};

let browser;
const folders = [];
let small;
let large;

/** Runs a sweep of the teaching machine over `axes`; its directory is in a new folder. */
function sweepAnew(axes, changes = {}, networks = ["net"]) {
  const made = mkdtempSync(join(tmpdir(), "nzsim-page-"));
  folders.push(made);
  networks.forEach((name, index) => writeFileSync(join(made, `${name}.json`), JSON.stringify(networkOf(16 + index))));
  writeFileSync(join(made, "s.json"), JSON.stringify({
    name: "three axes", description: "What counts?", source: "chosen", base: "eie-4pe-teaching",
    workloads: networks.map((name) => `./${name}.json`), axes, options: { values: false },
    objectives: [{ column: "seconds", goal: "minimize" }, { column: "utilization", goal: "maximize" }],
    ...changes,
  }));
  sweep(join(made, "s.json"), join(made, "out"));
  return join(made, "out");
}

before(async () => {
  small = sweepAnew(AXES);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  folders.forEach(remove);
});

const option = (page) => page.evaluate(() => {
  const { xAxis, yAxis, series } = echarts.getInstanceByDom(document.querySelector("#scatter .live")).getOption();
  const drawn = series.filter(({ id }) => id.startsWith("group"));
  return { x: xAxis[0].type, y: yAxis[0].type, name: yAxis[0].name, groups: drawn.length,
           points: drawn.reduce((sum, { data }) => sum + data.length, 0),
           rings: series.find(({ id }) => id === "front").data.length,
           pins: series.find(({ id }) => id === "pins").data.length };
});
const selected = (page) => page.locator("#selected").innerText();
const filterOf = (page, column) => page.getByLabel(`Filter ${column}`, { exact: true });
const firstCells = async (page) => (await page.locator("#points tbody tr:not(.space) td:first-child").allInnerTexts()).map(Number);

// A place of the window over the first point of the first group of the scatter.
const placeOfPoint = (page) => page.evaluate(() => {
  const box = document.querySelector("#scatter .live");
  box.scrollIntoView();
  const chart = echarts.getInstanceByDom(box);
  const [x, y] = chart.convertToPixel({ xAxisIndex: 0, yAxisIndex: 0 },
    chart.getOption().series.find(({ id }) => id.startsWith("group")).data[0]);
  const frame = box.getBoundingClientRect();
  return { x: frame.left + x, y: frame.top + y };
});

describe("the page of a sweep", () => {
  test("opens without a word on the console and without a request", async () => {
    const { page, problems } = await open(browser, writePage(small));
    assert.deepEqual(problems, []);
    assert.equal(await page.locator("#message").isHidden(), true);
    assert.equal(await selected(page), "24 of 24 points shown");
    assert.match(await page.locator(".headline").innerText(), /24\npoints.*12\ndone.*12\nfailed.*0\nmissing/s);
    // The scatter and the sensitivity; coordinates and table are the page's own.
    assert.equal(await page.locator(".live canvas").count(), 2);
    // Failed points have no seconds.
    assert.equal((await option(page)).points, 12);
  });

  test("tells axes and numbers of a point, and pins it", async () => {
    const { page } = await open(browser, writePage(small));
    const { x, y } = await placeOfPoint(page);
    await page.mouse.move(x, y);
    const note = page.locator("#scatter .tip-text");
    await note.waitFor();
    assert.match(await note.innerText(), /^point \d+, \.\/net\.json\nactivation_queue_depth: 1\ncapacity_bytes: 131072\nclock_mhz: \d+\nseconds: /);
    await page.mouse.click(x, y);
    assert.equal((await option(page)).pins, 1);
    assert.equal(await page.locator(".pins tbody tr").count(), 1);
    await page.locator(".pins button").click();
    assert.equal((await option(page)).pins, 0);
  });

  test("tells and pins points with the keyboard", async () => {
    const { page } = await open(browser, writePage(small));
    await page.locator("#scatter .live").focus();
    await page.keyboard.press("ArrowRight");
    assert.match(await page.locator("#scatter [aria-live]").first().textContent(), /^point \d+, \.\/net\.json\. activation_queue_depth: 1\. /);
    await page.keyboard.press("Enter");
    assert.equal(await page.locator(".pins tbody tr").count(), 1);
  });

  test("makes an axis logarithmic and linear again", async () => {
    const { page } = await open(browser, writePage(small));
    // 1 to 32 is more than a decade.
    assert.equal((await option(page)).x, "log");
    const toggles = page.locator("#scatter").getByLabel("logarithmic");
    await toggles.first().click();
    assert.equal((await option(page)).x, "value");
    await toggles.nth(1).click();
    assert.equal((await option(page)).y, "log");
  });

  test("names what was varied on a logarithmic axis, else 1, 2 and 5 of a decade", async () => {
    const { page } = await open(browser, writePage(small));
    const names = () => page.evaluate(() =>
      echarts.getInstanceByDom(document.querySelector("#scatter .live")).getOption().xAxis[0].axisLabel.customValues);
    assert.deepEqual(await names(), [1, 2, 4, 8, 16, 32]);
    // 0 to 23, of which 1 to 23 have a place.
    await page.locator("#scatter-x").selectOption({ label: "index" });
    await page.locator("#scatter").getByLabel("logarithmic").first().click();
    assert.deepEqual(await names(), [1, 2, 5, 10, 20]);
  });

  test("slants the names of an axis where they do not fit", async () => {
    const { page } = await open(browser, writePage(small));
    const labels = (words, room) => page.evaluate(([names, width]) => nzsim.sweepPoints.wordLabels(names, width).labels, [words, room]);
    assert.deepEqual(await labels(["output_stationary", "input_stationary"], 400), { interval: 0 });
    const slanted = await labels(["output_stationary", "input_stationary"], 200);
    assert.ok(slanted.rotate > 0);
    assert.equal(slanted.interval, 0);
    assert.equal((await labels(Array(100).fill("network"), 200)).interval, "auto");
  });

  test("draws the columns that a reader chooses", async () => {
    const { page } = await open(browser, writePage(small));
    await page.locator("#scatter-y").selectOption({ label: "energy_joules" });
    assert.equal((await option(page)).name, "energy_joules");
    await page.locator("#scatter-x").selectOption({ label: "status" });
    assert.equal((await option(page)).x, "category");
    assert.equal(await page.locator("#scatter").getByLabel("logarithmic").first().isDisabled(), true);
    await page.locator("#scatter-color").selectOption({ label: "/clock_mhz" });
    assert.equal((await option(page)).groups, 2);
    assert.match(await page.locator("#scatter .legend").innerText(), /clock_mhz.*400.*800/s);
  });

  test("filters table and charts by columns", async () => {
    const { page } = await open(browser, writePage(small));
    await filterOf(page, "/activation_queue_depth").fill(">= 8");
    assert.equal(await selected(page), "12 of 24 points shown");
    await filterOf(page, "status").fill("DONE");
    assert.equal(await selected(page), "6 of 24 points shown");
    assert.equal((await option(page)).points, 6);
    assert.equal((await firstCells(page)).length, 6);
    await filterOf(page, "/activation_queue_depth").fill("2..8");
    assert.equal(await selected(page), "6 of 24 points shown");
    await filterOf(page, "/activation_queue_depth").fill("2");
    assert.equal(await selected(page), "2 of 24 points shown");
    await page.getByText("Clear filters").click();
    assert.equal(await selected(page), "24 of 24 points shown");
    assert.equal(await filterOf(page, "status").inputValue(), "");
  });

  test("finds a number as it is shown", async () => {
    const { page } = await open(browser, writePage(small));
    // With five digits, which is not the whole number, and with commas.
    const place = (await page.locator("#points thead th button").allInnerTexts()).findIndex((name) => name.startsWith("utilization"));
    await filterOf(page, "status").fill("done");
    const shown = await page.locator("#points tbody tr:not(.space)").first().locator("td").nth(place).innerText();
    await filterOf(page, "utilization").fill(shown);
    assert.match(await selected(page), /^[1-9]\d* of 24/);
    await page.getByText("Clear filters").click();
    await filterOf(page, "/sparse_matrix_sram/capacity_bytes").fill(">= 131,072");
    assert.equal(await selected(page), "12 of 24 points shown");
  });

  test("prints the points as a reader has chosen them", async () => {
    const { page } = await open(browser, writePage(small));
    await page.locator("#scatter-color").selectOption({ label: "/clock_mhz" });
    await filterOf(page, "status").fill("done");
    await page.setViewportSize({ width: 700, height: 900 });
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.locator("#selected").isVisible(), true);
    assert.equal(await page.locator("#scatter .live canvas").isVisible(), true);
    assert.equal(await page.locator("#scatter .drawing").isVisible(), false);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 700);
  });

  test("filters by a part of a coordinate", async () => {
    const { page } = await open(browser, writePage(small));
    const canvas = page.locator("#parallel canvas");
    await canvas.scrollIntoViewIfNeeded();
    const box = await canvas.boundingBox();
    // The first coordinate is the depth: the upper half has 8, 16 and 32.
    await page.mouse.move(box.x + 64, box.y + 35);
    await page.mouse.down();
    await page.mouse.move(box.x + 64, box.y + 100);
    await page.mouse.move(box.x + 64, box.y + 175);
    await page.mouse.up();
    assert.equal(await selected(page), "12 of 24 points shown");
    await page.mouse.click(box.x + 64, box.y + 250);
    assert.equal(await selected(page), "24 of 24 points shown");
  });

  test("marks, lists and leaves the Pareto front alone", async () => {
    const { page } = await open(browser, writePage(small));
    const rows = await page.locator("#front tbody tr").count();
    assert.ok(rows > 0 && rows < 12);
    assert.equal((await option(page)).rings, rows);
    await page.getByLabel("Pareto front only").click();
    assert.equal(await selected(page), `${rows} of 24 points shown`);
    assert.equal((await option(page)).points, rows);
  });

  test("shows how each axis matters", async () => {
    const { page } = await open(browser, writePage(small));
    const titles = await page.evaluate(() =>
      echarts.getInstanceByDom(document.querySelector("#sensitivity .live")).getOption().title.map(({ text }) => text));
    // The other capacity fails, whatever the other axes.
    assert.deepEqual(titles, ["/activation_queue_depth", "/clock_mhz"]);
    assert.match(await page.locator("#sensitivity .note").innerText(), /No other value of \/sparse_matrix_sram\/capacity_bytes has a result there\.$/);
    assert.match(await page.locator("#sensitivity .legend").innerText(), /^\u25cf seconds \(minimize\)\s+\u25b2 utilization \(maximize\)$/);
    // The base machine has depth 8 and 131072 bytes, a clock of 800 MHz: half of it takes twice the time.
    assert.match(await page.locator("#sensitivity .note").innerText(), /^Base: the base machine's own values: point \d+/);
    const row = page.locator("#sensitivity-table tbody tr", { hasText: "/clock_mhz" }).filter({ hasText: "seconds" });
    assert.match(await row.innerText(), /800\s+0\.0\s+800\s+\+100\.0\s+400\s+\+100\.0/);
  });

  test("says what became of failed points", async () => {
    const { page } = await open(browser, writePage(small));
    assert.equal(await page.locator("#failed tbody tr").count(), 12);
    assert.match(await page.locator("#failed tbody tr").first().innerText(), /failed\s.*expected/);
  });

  test("sorts and copies the table", async () => {
    const { page } = await open(browser, writePage(small));
    await page.locator("#points thead button", { hasText: "seconds" }).click();
    await page.locator("#points thead button", { hasText: "seconds" }).click();
    // Points without a number are last, whatever the order; the slowest has depth 1 at 400 MHz.
    assert.equal((await firstCells(page))[0], 2);
    await filterOf(page, "status").fill("failed");
    await page.evaluate(() => {
      Object.defineProperty(navigator, "clipboard", { value: { writeText: async (text) => { window.copied = text; } } });
    });
    await page.locator("#points").getByText("Copy as CSV").click();
    const lines = (await page.evaluate(() => window.copied)).split("\r\n");
    assert.match(lines[0], /^index,status,workload,\/activation_queue_depth,.*,cycles,seconds,.*,message,Pareto front$/);
    assert.equal(lines.length, 1 + 12 + 1);
  });

  test("is no wider than a phone", async () => {
    for (const options of [[], ["--plain"]]) {
      const { page } = await open(browser, writePage(small, ...options), { width: 390, height: 700 });
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
    }
  });
});

describe("the plain page of a sweep", () => {
  test("has drawing, front, sensitivity and failed points without scripts", async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const { page, problems } = await open(context, writePage(small, "--plain"));
    assert.deepEqual(problems, []);
    assert.equal(await page.locator("#scatter .drawing svg").isVisible(), true);
    assert.equal(await page.locator("#scatter path.dots").count(), 1);
    for (const id of ["front", "sensitivity-table", "failed"]) {
      assert.ok(await page.locator(`#${id} tbody tr`).count() > 0);
    }
    await context.close();
  });

  test("filters its table with scripts", async () => {
    const { page, problems } = await open(browser, writePage(small, "--plain"));
    await filterOf(page, "/activation_queue_depth").fill("4");
    assert.equal(await selected(page), "4 of 24 points shown");
    assert.equal(await page.locator("#parallel canvas").isVisible(), true);
    assert.deepEqual(problems, []);
  });
});

describe("ten thousand points", () => {
  const LOAD = 3000;
  const CHANGE = 300;

  // Milliseconds of a change up to the end of the frame that shows it.
  const timeOf = (page, change) => page.evaluate(async (source) => {
    const run = new Function(source);
    const begin = performance.now();
    run();
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
    return performance.now() - begin;
  }, change);

  before(() => {
    // 50 x 5 x 40 points.
    large = sweepAnew({
      "/activation_queue_depth": { from: 1, to: 50, step: 1 },
      "/sparse_matrix_sram/width_bits": [32, 64, 128, 256, 512],
      "/clock_mhz": { from: 100, to: 1075, step: 25 },
    });
  });

  test("are there at once and change at once", async (context) => {
    const path = writePage(large);
    const begin = performance.now();
    const { page, problems } = await open(browser, path);
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0))));
    const times = { load: performance.now() - begin };
    assert.equal(await selected(page), "10,000 of 10,000 points shown");
    const box = (place) => `document.querySelectorAll("#scatter input")[${place}].click()`;
    const type = (text) => `const input = document.querySelectorAll("#points thead input")[3]; input.value = "${text}"; input.dispatchEvent(new Event("input"));`;
    times.logarithmic = await timeOf(page, box(1));
    times.color = await timeOf(page, 'const color = document.getElementById("scatter-color"); color.selectedIndex = 3; color.dispatchEvent(new Event("change"));');
    times.sort = await timeOf(page, 'document.querySelectorAll("#points thead button")[4].click()');
    times.filter = await timeOf(page, type(">= 10"));
    times.clear = await timeOf(page, type(""));
    context.diagnostic(Object.entries(times).map(([name, time]) => `${name} ${Math.round(time)} ms`).join(", "));
    const { load, ...changes } = times;
    assert.ok(load < LOAD, `${load} ms`);
    for (const [name, time] of Object.entries(changes)) assert.ok(time < CHANGE, `${name}: ${time} ms`);
    assert.deepEqual(problems, []);
    // No element per point.
    assert.ok(await page.evaluate(() => document.getElementsByTagName("*").length) < 3000);
  });

  test("are all in reach of the table", async () => {
    const { page } = await open(browser, writePage(large));
    await page.locator(".points-scroll").evaluate((box) => { box.scrollTop = box.scrollHeight; });
    await page.waitForFunction(() => document.querySelector("#points tbody tr:nth-last-child(2) td")?.textContent === "9999");
    assert.ok((await firstCells(page)).length < 60);
  });
});

describe("hostile and damaged sweeps", () => {
  const HOSTILE = '</script><script>document.title="run"</script><img src=x onerror=alert(1)>';

  test("show a hostile name as text", async () => {
    const made = sweepAnew(AXES, { name: HOSTILE, description: HOSTILE, source: HOSTILE },
      ["net", "<img src=x onerror=alert(1)>"]);
    for (const options of [[], ["--plain"]]) {
      const { page, problems } = await open(browser, writePage(made, ...options));
      if (options.length === 0) {
        await page.locator("#scatter .live").focus();
        await page.keyboard.press("ArrowLeft");
        await page.keyboard.press("Enter");
        await page.locator("#scatter-x").selectOption({ label: "workload" });
        await page.locator("#sensitivity-workload").selectOption({ index: 1 });
      }
      await filterOf(page, "workload").fill("<img");
      assert.equal(await selected(page), "24 of 48 points shown");
      assert.deepEqual(problems, []);
      assert.equal(await page.locator("img").count(), 0);
      assert.notEqual(await page.title(), "run");
      assert.equal(await page.locator("h1").innerText(), HOSTILE);
    }
  });

  test("say that the results inside are damaged, and keep drawing and tables", async () => {
    for (const [what, by] of [['"rows":24', '"rows":'], ['"rows":24', '"rows":25'], ['"front":[', '"front":[999,'],
      ['"columns":[', '"columns":[{},'], ['"scatter":{"x":3', '"scatter":{"x":300']]) {
      const path = writePage(small);
      damage(path, what, by);
      const { page, problems } = await open(browser, path);
      assert.deepEqual(problems, [], by);
      assert.match(await page.locator("#message").innerText(), /^This page is damaged: /);
      assert.equal(await page.locator("#scatter .drawing svg").isVisible(), true);
      assert.ok(await page.locator("#front tbody tr").count() > 0);
    }
  });

  test("have the page's data as the results are", async () => {
    const { page } = await open(browser, writePage(small));
    const csv = readFileSync(join(small, "results.csv"), "utf8").trim().split("\r\n");
    const column = csv[0].split(",").indexOf("/clock_mhz");
    const clocks = await page.evaluate(() => {
      const { numbers, places } = JSON.parse(document.getElementById("sweep-data").textContent).columns.find(({ name }) => name === "/clock_mhz");
      return places.map((place) => numbers[place]);
    });
    assert.deepEqual(clocks, csv.slice(1).map((line) => Number(line.split(",")[column])));
  });
});
