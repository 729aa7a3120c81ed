import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { changeReport, damage, launch, open, remove, simulate, writePage } from "./browser.mjs";

let browser;
const folders = [];
const eie = () => folders[0];
const systolic = () => folders[1];

before(async () => {
  folders.push(simulate("eie-64pe", "lenet-300-100-pruned"));
  folders.push(simulate("tpu-v1", "lenet-5", "--no-values"));
  browser = await launch();
});
after(async () => {
  await browser?.close();
  folders.forEach(remove);
});

// Points of the roofline and rows of the time chart as the chart library has them.
const shownPoints = (page) =>
  page.evaluate(() => {
    const option = echarts.getInstanceByDom(document.querySelector("#roofline .live")).getOption();
    return option.series.filter(({ type }) => type === "scatter").flatMap(({ data }) => data.map(({ point }) => point.name));
  });
const shownRows = (page) =>
  page.evaluate(() =>
    echarts.getInstanceByDom(document.querySelector("#time .live")).getOption().yAxis[0].data);

describe("the page with the chart library", () => {
  test("opens without a word on the console and without a request", async () => {
    for (const folder of folders) {
      const { page, problems } = await open(browser, writePage(folder));
      assert.deepEqual(problems, []);
      assert.equal(await page.locator("#message").isHidden(), true);
      assert.equal(await page.locator(".live canvas").count(), 3);
    }
  });

  test("puts every layer and the whole run on the roofline", async () => {
    const { page } = await open(browser, writePage(eie()));
    assert.deepEqual((await shownPoints(page)).sort(), ["ip1", "ip2", "ip3", "whole run"]);
  });

  test("tells what a point is when the mouse is over it", async () => {
    const { page } = await open(browser, writePage(eie()));
    const place = await page.evaluate(() => {
      const box = document.querySelector("#roofline .live");
      const chart = echarts.getInstanceByDom(box);
      const index = chart.getOption().series.findIndex(({ type }) => type === "scatter");
      const { value } = chart.getOption().series[index].data[0];
      const [x, y] = chart.convertToPixel({ seriesIndex: index }, value);
      box.scrollIntoView();
      const frame = box.getBoundingClientRect();
      return { x: frame.left + x, y: frame.top + y };
    });
    await page.mouse.move(place.x, place.y);
    const note = page.locator("#roofline .tip-text");
    await note.waitFor();
    const text = await note.innerText();
    assert.match(text, /^ip1\n/);
    assert.match(text, /that the roofline allows here: compute bound/);
    assert.match(text, /bottleneck: /);
    assert.match(text, /simulated by nzsim .*outputs equal the independent computation/);
  });

  test("goes from point to point with the arrow keys", async () => {
    const { page } = await open(browser, writePage(eie()));
    await page.locator("#roofline .live").focus();
    await page.keyboard.press("ArrowRight");
    const words = page.locator("#roofline [aria-live]");
    assert.match(await words.textContent(), /^ip1\. /);
    await page.keyboard.press("ArrowRight");
    assert.match(await words.textContent(), /^ip2\. /);
    assert.match(await page.locator("#roofline .tip-text").innerText(), /^ip2\n/);
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    assert.match(await words.textContent(), /^whole run\. /);
  });

  test("hides and shows a series with a key on its legend", async () => {
    const { page } = await open(browser, writePage(eie()));
    const button = page.locator("#roofline .legend button", { hasText: "fully connected" });
    await button.focus();
    await page.keyboard.press("Space");
    assert.equal(await button.getAttribute("aria-pressed"), "false");
    assert.deepEqual(await shownPoints(page), ["whole run"]);
    await page.keyboard.press("Enter");
    assert.equal(await button.getAttribute("aria-pressed"), "true");
    assert.equal((await shownPoints(page)).length, 4);
  });

  test("hides a layer in every chart with a key on its check box", async () => {
    const { page } = await open(browser, writePage(eie()));
    await page.locator("#choice summary").focus();
    await page.keyboard.press("Enter");
    await page.getByLabel("ip2").focus();
    await page.keyboard.press("Space");
    assert.deepEqual((await shownPoints(page)).sort(), ["ip1", "ip3", "whole run"]);
    assert.deepEqual(await shownRows(page), ["ip1", "ip3"]);
  });

  test("stacks a systolic machine's time by state", async () => {
    const { page } = await open(browser, writePage(systolic()));
    const legend = await page.locator("#time .legend button").allInnerTexts();
    assert.deepEqual(legend, ["array active", "weight stall", "weight shift", "non matrix"]);
    await page.locator("#time .live").focus();
    await page.keyboard.press("ArrowDown");
    assert.match(await page.locator("#time [aria-live]").textContent(), /^conv1\. .*weight stall: /);
  });

  test("is no wider than a phone", async () => {
    for (const options of [[], ["--plain"]]) {
      const { page } = await open(browser, writePage(systolic(), ...options), { width: 375, height: 700 });
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 375);
    }
  });

  test("prints the drawings instead of the canvas", async () => {
    const { page } = await open(browser, writePage(systolic()));
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.locator("#roofline .drawing svg").isVisible(), true);
    assert.equal(await page.locator("#roofline .live").isVisible(), false);
    assert.equal(await page.locator("#choice").isVisible(), false);
  });
});

describe("the plain page", () => {
  test("has the same drawings and tables, without the chart library", async () => {
    for (const folder of folders) {
      const { page, problems } = await open(browser, writePage(folder, "--plain"));
      assert.deepEqual(problems, []);
      assert.equal(await page.evaluate(() => typeof echarts), "undefined");
      for (const id of ["roofline", "time", "energy"]) {
        assert.equal(await page.locator(`#${id} .drawing svg`).isVisible(), true);
      }
      assert.equal(await page.locator("#layers tbody tr").count() > 0, true);
    }
  });

  test("says what a point is in its title", async () => {
    const { page } = await open(browser, writePage(eie(), "--plain"));
    const title = await page.locator("#roofline .point title").first().textContent();
    assert.match(title, /^ip1\n(.*\n)*bottleneck: /);
  });

  test("hides a series and a layer", async () => {
    const { page } = await open(browser, writePage(eie(), "--plain"));
    const points = page.locator("#roofline .point:visible");
    assert.equal(await points.count(), 4);
    await page.locator("#choice summary").click();
    await page.getByLabel("ip2").click();
    assert.equal(await points.count(), 3);
    await page.locator("#roofline .legend button", { hasText: "fully connected" }).click();
    assert.equal(await points.count(), 1);
  });
});

describe("tables", () => {
  test("sort by a column with the keyboard, and back", async () => {
    const { page } = await open(browser, writePage(eie()));
    const names = () => page.locator("#layers tbody th").allInnerTexts();
    assert.deepEqual(await names(), ["ip1", "ip2", "ip3"]);
    await page.locator("#layers thead button", { hasText: "energy" }).focus();
    await page.keyboard.press("Enter");
    // ip3 is the smallest layer, ip1 the largest.
    assert.deepEqual(await names(), ["ip3", "ip2", "ip1"]);
    await page.keyboard.press("Enter");
    assert.deepEqual(await names(), ["ip1", "ip2", "ip3"]);
    assert.equal(await page.locator("#layers th[aria-sort]").getAttribute("aria-sort"), "descending");
  });

  test("are copied as CSV with exact numbers and units", async () => {
    const { page } = await open(browser, writePage(eie()));
    const csv = await page.evaluate(() => nzsim.tables.csvOf(document.querySelector("#layers table")));
    const [header, first] = csv.split("\r\n");
    assert.match(header, /^layer,type,cycles,time \[µs\],use \[%\],/);
    assert.match(first, /^ip1,fully connected,152,0\.19,/);
  });

  test("quote fields as RFC 4180 does", async () => {
    const folder = simulate("ideal", "lenet-300-100-pruned");
    folders.push(folder);
    changeReport(folder, (report) => { report.layers[0].name = 'a,"b"'; });
    const { page } = await open(browser, writePage(folder));
    const csv = await page.evaluate(() => nzsim.tables.csvOf(document.querySelector("#layers table")));
    assert.match(csv.split("\r\n")[1], /^"a,""b""",/);
  });
});

describe("the heat map", () => {
  test("tells the states of a PE to the keyboard and to the mouse", async () => {
    const { page } = await open(browser, writePage(eie()));
    const canvas = page.locator("#heat canvas");
    await canvas.focus();
    await page.keyboard.press("ArrowRight");
    // PE 0 is busy in 64 of 152 cycles.
    assert.match(await page.locator("#heat [aria-live]").textContent(), /^PE 0, ip1\. busy cycles: 42\.1 %\. /);
    const frame = await canvas.boundingBox();
    await page.mouse.move(frame.x + frame.width - 2, frame.y + 50);
    assert.match(await page.locator("#heat .tip").innerText(), /^PE 63, ip3\n/);
  });

  test("spreads its colours over what occurs", async () => {
    const { page } = await open(browser, writePage(eie()));
    const scale = page.locator("#heat .heat-scale + span");
    assert.equal(await scale.innerText(), "100.0 %");
    await page.getByLabel("spread the colours").click();
    assert.notEqual(await scale.innerText(), "100.0 %");
  });
});

describe("the heat map over time", () => {
  test("tells the use of a PE in a window of the chosen layer", async () => {
    const folder = simulate("eie-64pe", "lenet-300-100-pruned", "--timeline");
    folders.push(folder);
    const { page, problems } = await open(browser, writePage(folder));
    const canvas = page.locator("#heat-time canvas");
    await canvas.focus();
    await page.keyboard.press("ArrowRight");
    const words = page.locator("#heat-time [aria-live]");
    // Nothing is broadcast before cycle 1, and its entries have their first slots in cycle 3.
    assert.match(await words.textContent(), /^PE 0, cycles 0 to 1\. busy: 0\.0 %/);
    await page.getByLabel("Layer", { exact: true }).selectOption("ip3");
    const frame = await canvas.boundingBox();
    await page.mouse.move(frame.x + frame.width - 2, frame.y + 2);
    assert.match(await page.locator("#heat-time .tip").innerText(), /^PE 0, cycles \d+ to \d+\n\s*busy: /);
    assert.deepEqual(problems, []);
  });

  test("is not there where no timeline was recorded", async () => {
    const { page } = await open(browser, writePage(eie()));
    assert.equal(await page.locator("#heat-time").count(), 0);
  });
});

describe("hostile and damaged pages", () => {
  const HOSTILE = '</script><script>document.title="run"</script><img src=x onerror=alert(1)>';

  test("show a hostile name as text", async () => {
    const folder = simulate("eie-64pe", "lenet-300-100-pruned");
    folders.push(folder);
    changeReport(folder, (report) => {
      report.workload = HOSTILE;
      report.machine = HOSTILE;
      report.layers[0].name = HOSTILE;
      report.layers[0].type = HOSTILE;
      report.layers[0].bottleneck = HOSTILE;
      report.energy[0].module = HOSTILE;
      report.energy[0].source = HOSTILE;
    });
    for (const options of [[], ["--plain"]]) {
      const { page, problems } = await open(browser, writePage(folder, ...options));
      await page.locator("#roofline figure").hover();
      await page.locator("#heat canvas").focus();
      await page.keyboard.press("ArrowRight");
      if (options.length === 0) {
        await page.locator("#roofline .live").focus();
        await page.keyboard.press("ArrowRight");
        await page.locator("#time .live").focus();
        await page.keyboard.press("ArrowDown");
      }
      assert.deepEqual(problems, []);
      assert.equal(await page.locator("img").count(), 0);
      assert.notEqual(await page.title(), "run");
      assert.equal(await page.locator("#layers tbody th").first().innerText(), HOSTILE);
    }
  });

  test("say which chart's data are damaged, and keep drawing and tables", async () => {
    const path = writePage(eie());
    damage(path, '"ceilings": [', '"ceilings": [[');
    const { page, problems } = await open(browser, path);
    assert.deepEqual(problems, []);
    assert.match(await page.locator("#message").innerText(),
      /^This page is damaged: the data of the chart "roofline" cannot be read/);
    assert.equal(await page.locator("#roofline .drawing svg").isVisible(), true);
    assert.equal(await page.locator("#time .live canvas").count(), 1);
    assert.equal(await page.locator("#layers tbody tr").count(), 3);
  });

  test("say so where data have another shape", async () => {
    const path = writePage(eie());
    damage(path, '"ceilings": [', '"others": [');
    const { page } = await open(browser, path);
    assert.match(await page.locator("#message").innerText(), /expected an array "ceilings"/);
  });

  test("say so where the report inside is damaged", async () => {
    const path = writePage(eie());
    damage(path, '"schema": "nzsim-report-1"', '"schema": ');
    const { page } = await open(browser, path);
    assert.match(await page.locator("#message").innerText(), /the report inside cannot be read/);
    assert.equal(await page.locator("#roofline .live canvas").count(), 1);
  });
});
