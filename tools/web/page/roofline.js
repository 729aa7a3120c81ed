"use strict";

// The roofline as an interactive chart: lines of each machine, a point per layer
// or network.
nzsim.roofline = (() => {
  const { element } = nzsim.dom;
  const PREFIXES = { 15: "P", 12: "T", 9: "G", 6: "M", 3: "k", 0: "", "-3": "m", "-6": "µ", "-9": "n" };

  // Ticks are powers of ten: 0.1, 100 G.
  function tickText(value) {
    const exponent = Math.round(Math.log10(value));
    const group = Math.floor(exponent / 3) * 3;
    const prefix = PREFIXES[group];
    if (exponent < 0 && exponent >= -3) return String(value);
    return prefix === undefined ? `1e${exponent}` : `${10 ** (exponent - group)} ${prefix}`;
  }

  function axis(name, range, more) {
    return {
      type: "log",
      name,
      nameLocation: "middle",
      min: range[0],
      max: range[1],
      axisLabel: { formatter: tickText, color: "#1b1f24", hideOverlap: true },
      nameTextStyle: { color: "#57606a" },
      axisLine: { lineStyle: { color: "#57606a" } },
      splitLine: { lineStyle: { color: "#e6e9ed" } },
      minorSplitLine: { show: false },
      ...more,
    };
  }

  const text = (formatter, position) => ({
    show: true,
    formatter,
    position,
    color: "#1b1f24",
    textBorderColor: "#fff",
    textBorderWidth: 3,
  });

  // Bandwidth and ridge of the only machine.
  const ridgeLine = (ceiling, chart) => ({
    silent: true,
    symbol: "none",
    animation: false,
    lineStyle: { color: "#57606a", type: "dashed" },
    data: [[{ coord: [ceiling.ridge, chart.operations_per_second[0]],
              label: text(ceiling.ridge_text, "insideStartBottom") },
            { coord: [ceiling.ridge, ceiling.operations_per_second] }]],
  });

  // From the frame up to the ridge, then flat.
  function ceilingSeries(ceiling, place, chart, isShown, isNamed) {
    const [left, right] = chart.operations_per_byte;
    const peak = ceiling.operations_per_second;
    const bandwidth = ceiling.bytes_per_second;
    const start = Math.max(left, bandwidth > 0 ? chart.operations_per_second[0] / bandwidth : left);
    const slope = bandwidth > 0 ? [[start, start * bandwidth], [ceiling.ridge, peak]] : [[left, peak]];
    const isAlone = chart.ceilings.length === 1;
    return {
      id: `ceiling ${place}`,
      type: "line",
      data: isShown ? [...slope, [right, peak]] : [],
      symbol: "none",
      silent: true,
      animation: false,
      lineStyle: { color: ceiling.color, width: ceiling.width, type: ceiling.dash },
      itemStyle: { color: ceiling.color },
      endLabel: { show: false },
      markLine: isAlone && bandwidth > 0 ? ridgeLine(ceiling, chart) : undefined,
      markPoint: {
        silent: true,
        symbol: "circle",
        symbolSize: 1,
        animation: false,
        data: ceiling.label === "" || !isShown || !isNamed ? [] :
          [{ coord: [right, peak], label: { ...text(ceiling.label, "left"), offset: [0, -11] } }],
      },
    };
  }

  // Of several machines the ridge points, which tell their figures.
  function ridgeSeries(ceilings) {
    return {
      id: "ridges",
      type: "scatter",
      symbol: "circle",
      symbolSize: 10,
      animation: false,
      data: ceilings.filter((ceiling) => ceiling.bytes_per_second > 0).map((ceiling) => ({
        value: [ceiling.ridge, ceiling.operations_per_second],
        itemStyle: { color: "#fff", borderColor: ceiling.color, borderWidth: 2 },
        point: ceiling,
      })),
    };
  }

  function pointSeries(series, index, chart, points, isPart, named) {
    return {
      id: `series ${index}${isPart ? " parts" : ""}`,
      name: series.name,
      type: "scatter",
      symbol: `path://${chart.marks[index]}`,
      symbolKeepAspect: true,
      symbolSize: isPart ? 7 : 13,
      animation: false,
      z: isPart ? 2 : 3,
      itemStyle: { color: series.color, borderColor: "#fff", borderWidth: isPart ? 0.5 : 1, opacity: 1 },
      emphasis: { itemStyle: { borderColor: "#1b1f24", borderWidth: 2 } },
      data: points.filter((point) => point.series === index && point.is_part === isPart).map((point) => ({
        value: [point.operations_per_byte, point.operations_per_second],
        point,
        label: { ...text(({ data }) => data.point.name, "right"), show: named.has(point),
                 width: 150, overflow: "truncate" },
      })),
    };
  }

  // The points whose names have room beside them in a chart of `width` pixels.
  function namedPoints(chart, width) {
    const [x, y] = [chart.operations_per_byte, chart.operations_per_second];
    const place = (value, range, length) =>
      (Math.log(value / range[0]) / Math.log(range[1] / range[0])) * length;
    const taken = [];
    const named = new Set();
    if (chart.points.length > 16) return named;
    // Whole runs are drawn last and named first.
    for (const point of [...chart.points].reverse()) {
      const left = place(point.operations_per_byte, x, width - 120) + 10;
      const box = { left, right: left + 7.5 * Math.min(point.name.length, 20),
                    base: place(point.operations_per_second, y, 390) };
      const isFree = box.right < width - 60 && taken.every((other) =>
        box.left > other.right || other.left > box.right || Math.abs(box.base - other.base) > 15);
      if (!isFree) continue;
      taken.push(box);
      named.add(point);
    }
    return named;
  }

  function optionOf(chart, hidden, hasParts, width) {
    const named = namedPoints(chart, width);
    const points = chart.points.filter((point) =>
      !hidden.has(point.series) && !nzsim.legend.isHidden(point) && (hasParts || !point.is_part));
    // Several names have no room on a phone; colours, the legend and the ridge points tell them.
    const isNamed = width >= 560 || chart.ceilings.length === 1;
    const isCeilingShown = ({ series }) => series === null || !hidden.has(series);
    return {
      aria: { enabled: true, label: { description: "Roofline; the table of layers has its numbers." } },
      grid: { left: 16, right: 24, top: 24, bottom: 30, containLabel: true },
      xAxis: axis("operational intensity, operations per byte", chart.operations_per_byte, { nameGap: 30 }),
      yAxis: axis("operations per second", chart.operations_per_second, { nameGap: 52 }),
      tooltip: {
        ...nzsim.tooltip.style,
        trigger: "item",
        formatter: ({ data }) =>
          data && data.point ? nzsim.tooltip.content(data.point.name, data.point.facts) : "",
      },
      series: [
        // What is hidden has no data: a series that is not there would leave its place to none.
        ...chart.ceilings.map((ceiling, place) => ceilingSeries(ceiling, place, chart, isCeilingShown(ceiling), isNamed)),
        ...(chart.ceilings.length > 1 ? [ridgeSeries(chart.ceilings.filter(isCeilingShown))] : []),
        ...(chart.parts_label ? [true, false] : [false]).flatMap((isPart) =>
          chart.series.map((series, index) => pointSeries(series, index, chart, points, isPart, named))),
      ],
    };
  }

  // A check box for the points of parts, which would hide the others at first sight.
  function partsBox(section, label, onChange) {
    const box = element("input", { type: "checkbox" });
    box.addEventListener("change", () => onChange(box.checked));
    section.querySelector("figure").before(element("p", { class: "buttons" }, element("label", {}, box, " ", label)));
  }

  function start(section, chart) {
    nzsim.dom.expectArrays(chart, ["ceilings", "series", "points", "marks"]);
    const isLive = typeof echarts !== "undefined";
    const live = isLive ? nzsim.tooltip.canvasIn(section, chart.ceilings.length > 1 ? 560 : 480) : null;
    const hidden = nzsim.legend.series(section, () => update());
    let hasParts = false;
    let shown = [];
    function update() {
      nzsim.legend.applyToDrawing(section, hidden);
      section.querySelector(".drawing").toggleAttribute("data-parts", hasParts);
      if (!isLive) return;
      const option = optionOf(chart, hidden, hasParts, live.box.clientWidth);
      shown = option.series.flatMap((series, seriesIndex) =>
        series.type === "scatter"
          ? series.data.map((item, dataIndex) => ({ seriesIndex, dataIndex, point: item.point }))
          : []);
      live.chart.setOption(option, { replaceMerge: ["series"] });
    }
    if (chart.parts_label) {
      partsBox(section, chart.parts_label, (checked) => {
        hasParts = checked;
        update();
      });
    }
    update();
    nzsim.legend.onGroups(update);
    if (!isLive) return;
    if (chart.ceilings.length === 1) {
      section.querySelector("figure").after(
        element("p", { class: "note" },
          ...chart.ceilings.map((ceiling) => `${ceiling.name}: ${ceiling.peak_text}, ${ceiling.slope_text}. `)));
    }
    nzsim.tooltip.walk(live.box, "Roofline", {
      count: () => shown.length,
      show: (place) => {
        const { seriesIndex, dataIndex, point } = shown[place];
        live.chart.dispatchAction({ type: "showTip", seriesIndex, dataIndex });
        return [point.name, ...point.facts].join(". ");
      },
      hide: () => live.chart.dispatchAction({ type: "hideTip" }),
    });
  }

  return { start };
})();
