import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { changeDocument, compare, damage, launch, open, remove, writePage } from "./browser.mjs";

const ENTRIES = [
  { platform: "core-i7-5930k", format: "dense_fp32", label: "cpu" },
  { machine: "eie-64pe", label: "eie" },
  { platform: "eyeriss", format: "dense_int8", label: "unknown" },
];

let browser;
const folders = [];
const folder = () => folders[0];

/** Compares `ENTRIES` over one layer and a network of three; the documents are in a new folder. */
function compareAnew() {
  const made = mkdtempSync(join(tmpdir(), "nzsim-page-"));
  writeFileSync(join(made, "c.json"), JSON.stringify({
    name: "two", description: "Two networks", source: "chosen", entries: ENTRIES, baseline: "cpu",
    workloads: [{ network: "alex-7" }, { network: "lenet-300-100-pruned" }],
  }));
  folders.push(made);
  compare(join(made, "c.json"), made);
  return made;
}

before(async () => {
  compareAnew();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  folders.forEach(remove);
});

// What the chart library has of the roofline.
const series = (page) =>
  page.evaluate(() =>
    echarts.getInstanceByDom(document.querySelector("#roofline .live")).getOption().series
      .map(({ id, type, data }) => ({ id, type, names: data.map(({ point }) => point?.name) })));
const points = async (page) =>
  (await series(page)).filter(({ id }) => id.startsWith("series")).flatMap(({ id, names }) => names.map((name) => `${id}: ${name}`));
const ceilings = async (page) =>
  (await series(page)).filter(({ type, names }) => type === "line" && names.length > 0).map(({ id }) => id);

describe("the page of a comparison", () => {
  test("opens without a word on the console and without a request", async () => {
    const { page, problems } = await open(browser, writePage(folder()));
    assert.deepEqual(problems, []);
    assert.equal(await page.locator("#message").isHidden(), true);
    assert.equal(await page.locator(".live canvas").count(), 5);
    assert.match(await page.locator(".headline").innerText(), /eie\n.*x\nspeed-up/s);
  });

  test("tells what a point is when the mouse is over it", async () => {
    const { page } = await open(browser, writePage(folder()));
    const place = await page.evaluate(() => {
      const box = document.querySelector("#roofline .live");
      const chart = echarts.getInstanceByDom(box);
      const index = chart.getOption().series.findIndex(({ id }) => id === "series 1");
      const [x, y] = chart.convertToPixel({ seriesIndex: index }, chart.getOption().series[index].data[0].value);
      box.scrollIntoView();
      const frame = box.getBoundingClientRect();
      return { x: frame.left + x, y: frame.top + y };
    });
    await page.mouse.move(place.x, place.y);
    const note = page.locator("#roofline .tip-text");
    await note.waitFor();
    assert.match(await note.innerText(), /^alex-7\nwhole network on eie \(eie-64pe\), batch 1\n/);
    assert.match(await note.innerText(), /weights in SRAM\n.*\nbound by: .*\nnumber: simulated by cycles/);
  });

  test("tells a ridge point's figures to the keyboard", async () => {
    const { page } = await open(browser, writePage(folder()));
    await page.locator("#roofline .live").focus();
    await page.keyboard.press("ArrowRight");
    assert.match(await page.locator("#roofline [aria-live]").textContent(),
      /^cpu\. ridge point at .*OP\/B\. peak .*two operations per multiply-accumulate/);
  });

  test("tells all ratios of a network to the keyboard", async () => {
    const { page } = await open(browser, writePage(folder()));
    await page.locator("#speed-up .live").focus();
    await page.keyboard.press("ArrowRight");
    assert.match(await page.locator("#speed-up [aria-live]").textContent(),
      /^alex-7\. cpu: 1\.000x, .*calibrated\. eie: .*x, .*simulated\. unknown: not modelled: the platform lacks/);
  });

  test("hides a machine's points and ceiling with a key on its legend", async () => {
    const { page } = await open(browser, writePage(folder()));
    assert.deepEqual(await ceilings(page), ["ceiling 0", "ceiling 1"]);
    const button = page.locator("#roofline .legend button", { hasText: "eie" });
    await button.focus();
    await page.keyboard.press("Space");
    assert.equal(await button.getAttribute("aria-pressed"), "false");
    assert.deepEqual(await ceilings(page), ["ceiling 0"]);
    assert.deepEqual(await points(page), ["series 0: alex-7", "series 0: lenet-300-100-pruned"]);
    await page.keyboard.press("Enter");
    assert.equal((await points(page)).length, 4);
  });

  test("gives the room of a hidden machine's bars to the others", async () => {
    const { page } = await open(browser, writePage(folder()));
    await page.locator("#speed-up .legend button", { hasText: "cpu" }).click();
    const names = await page.evaluate(() =>
      echarts.getInstanceByDom(document.querySelector("#speed-up .live")).getOption().series.map(({ name }) => name));
    assert.deepEqual(names, ["eie", "unknown"]);
    await page.locator("#speed-up .live").focus();
    await page.keyboard.press("ArrowRight");
    assert.match(await page.locator("#speed-up .tip-text").innerText(), /^alex-7\neie: .*x/);
  });

  test("hides a network in every chart", async () => {
    const { page } = await open(browser, writePage(folder()));
    await page.locator("#choice summary").click();
    await page.getByLabel("alex-7").click();
    assert.deepEqual(await points(page), ["series 0: lenet-300-100-pruned", "series 1: lenet-300-100-pruned"]);
    const rows = await page.evaluate(() =>
      echarts.getInstanceByDom(document.querySelector("#speed-up .live")).getOption().xAxis[0].data);
    assert.deepEqual(rows, ["lenet-300-100-pruned", "geo mean"]);
  });

  test("shows layers to whoever asks for them", async () => {
    const { page } = await open(browser, writePage(folder()));
    await page.getByLabel("Points of single layers").click();
    // Three layers of one network on two machines; the other network is its layer.
    assert.equal((await points(page)).length, 4 + 6);
  });

  test("sorts and copies its tables", async () => {
    const { page } = await open(browser, writePage(folder()));
    await page.locator("#means thead button", { hasText: "speed-up" }).click();
    assert.deepEqual(await page.locator("#means tbody th").allInnerTexts(), ["cpu", "eie", "unknown"]);
    await page.locator("#means thead button", { hasText: "speed-up" }).click();
    assert.deepEqual(await page.locator("#means tbody th").allInnerTexts(), ["eie", "cpu", "unknown"]);
    const csv = await page.evaluate(() => nzsim.tables.csvOf(document.querySelector("#workloads table")));
    const lines = csv.split("\r\n");
    assert.match(lines[0], /^workload,entry,basis,batch,time \[µs\/inference\],/);
    assert.match(lines[1], /^alex-7,cpu,calibrated,1,/);
    assert.match(lines[3], /^alex-7,unknown,not modelled: the platform lacks a memory bandwidth,,/);
  });

  test("is no wider than a phone", async () => {
    for (const options of [[], ["--plain"]]) {
      const { page } = await open(browser, writePage(folder(), ...options), { width: 390, height: 700 });
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
    }
  });

  test("prints the drawings instead of the canvas", async () => {
    const { page } = await open(browser, writePage(folder()));
    await page.emulateMedia({ media: "print" });
    for (const id of ["roofline", "speed-up", "time"]) {
      assert.equal(await page.locator(`#${id} .drawing svg`).first().isVisible(), true);
      assert.equal(await page.locator(`#${id} .live`).isVisible(), false);
    }
  });

  test("says that another version wrote it", async () => {
    const made = compareAnew();
    changeDocument(made, "comparison.json", (comparison) => { comparison.nzsim_version = "0.0.1"; });
    const { page } = await open(browser, writePage(made));
    assert.match(await page.locator("#version-note").innerText(), /^Written by nzsim 0\.0\.1, shown by/);
  });
});

describe("the plain page of a comparison", () => {
  test("shows its drawings where scripts are off", async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const { page, problems } = await open(context, writePage(folder(), "--plain"));
    assert.deepEqual(problems, []);
    for (const id of ["roofline", "speed-up", "efficiency", "time", "energy"]) {
      assert.equal(await page.locator(`#${id} .drawing svg`).first().isVisible(), true);
    }
    assert.equal(await page.locator("#roofline .point:visible").count(), 4);
    assert.equal(await page.locator("#workloads tbody tr").count(), 6);
    await context.close();
  });

  test("hides machines and networks, and shows layers", async () => {
    const { page } = await open(browser, writePage(folder(), "--plain"));
    const shown = page.locator("#roofline .point:visible");
    const lines = page.locator("#roofline .ceiling:visible");
    assert.equal(await lines.count(), 2);
    await page.locator("#roofline .legend button", { hasText: "eie" }).click();
    assert.equal(await shown.count(), 2);
    assert.equal(await lines.count(), 1);
    await page.getByLabel("Points of single layers").click();
    assert.equal(await shown.count(), 5);
    await page.locator("#choice summary").click();
    await page.getByLabel("alex-7").click();
    assert.equal(await shown.count(), 4);
  });
});

describe("hostile and damaged comparisons", () => {
  const HOSTILE = '</script><script>document.title="run"</script><img src=x onerror=alert(1)>';

  test("show a hostile name as text", async () => {
    const made = compareAnew();
    changeDocument(made, "comparison.json", (comparison) => {
      comparison.name = HOSTILE;
      comparison.entries[1].label = HOSTILE;
      comparison.entries[1].sources = [HOSTILE];
      for (const workload of comparison.workloads) {
        workload.name = HOSTILE;
        workload.results[1].entry = HOSTILE;
        workload.results[1].bottleneck = HOSTILE;
        workload.results[1].layers[0].name = HOSTILE;
        workload.results[1].layers[0].time_parts[0].name = HOSTILE;
      }
    });
    for (const options of [[], ["--plain"]]) {
      const { page, problems } = await open(browser, writePage(made, ...options));
      await page.getByLabel("Points of single layers").click();
      if (options.length === 0) {
        for (const id of ["roofline", "speed-up", "time"]) {
          await page.locator(`#${id} .live`).focus();
          await page.keyboard.press("ArrowRight");
          await page.keyboard.press("ArrowRight");
        }
      }
      assert.deepEqual(problems, []);
      assert.equal(await page.locator("img").count(), 0);
      assert.notEqual(await page.title(), "run");
      assert.equal(await page.locator("h1").innerText(), HOSTILE);
    }
  });

  test("say that the document inside is damaged, and keep the charts", async () => {
    const path = writePage(folder());
    damage(path, '"schema": "nzsim.comparison/2"', '"schema": ');
    const { page, problems } = await open(browser, path);
    assert.deepEqual(problems, []);
    assert.match(await page.locator("#message").innerText(), /the comparison inside cannot be read/);
    assert.equal(await page.locator("#roofline .live canvas").count(), 1);
  });

  test("say which chart's data are damaged, and keep the drawing", async () => {
    const path = writePage(folder());
    damage(path, '"title": "Speed-up"', '"title": ');
    const { page, problems } = await open(browser, path);
    assert.deepEqual(problems, []);
    assert.match(await page.locator("#message").innerText(), /the data of the chart "speed-up" cannot be read/);
    assert.equal(await page.locator("#speed-up .drawing svg").first().isVisible(), true);
    assert.equal(await page.locator("#roofline .live canvas").count(), 1);
  });

  test("hold the document as it is", async () => {
    const { page } = await open(browser, writePage(folder()));
    const inside = await page.evaluate(() => JSON.parse(document.getElementById("comparison-data").textContent));
    assert.deepEqual(inside, JSON.parse(readFileSync(join(folder(), "comparison.json"), "utf8")));
  });
});
