"use strict";

// The roofline as an interactive chart: a line per machine, a point per layer.
nzsim.roofline = (() => {
  const { element } = nzsim.dom;
  const SHAPES = ["circle", "rect", "triangle", "diamond"];
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

  const text = (formatter, position) => ({ show: true, formatter, position, color: "#1b1f24" });

  // From the frame up to the ridge, then flat.
  function ceilingSeries(ceiling, chart) {
    const [left, right] = chart.operations_per_byte;
    const peak = ceiling.operations_per_second;
    const bandwidth = ceiling.bytes_per_second;
    const start = Math.max(left, bandwidth > 0 ? chart.operations_per_second[0] / bandwidth : left);
    const slope = bandwidth > 0 ? [[start, start * bandwidth], [ceiling.ridge, peak]] : [[left, peak]];
    return {
      id: `ceiling ${ceiling.name}`,
      type: "line",
      data: [...slope, [right, peak]],
      symbol: "none",
      silent: true,
      animation: false,
      lineStyle: { color: "#1b1f24", width: 2 },
      itemStyle: { color: "#1b1f24" },
      endLabel: { show: false },
      markLine: {
        silent: true,
        symbol: "none",
        animation: false,
        lineStyle: { color: "#57606a", type: "dashed" },
        data: bandwidth > 0
          ? [[{ coord: [ceiling.ridge, chart.operations_per_second[0]],
                label: text(ceiling.ridge_text, "insideStartBottom") },
              { coord: [ceiling.ridge, peak] }]]
          : [],
      },
      markPoint: {
        silent: true,
        symbol: "circle",
        symbolSize: 1,
        animation: false,
        data: [{ coord: [right, peak], label: { ...text(ceiling.peak_text, "left"), offset: [0, -11] } }],
      },
    };
  }

  function pointSeries(series, index, chart, hidden, named) {
    const isShown = (point) =>
      point.series === index &&
      !hidden.has(index) &&
      !(point.layer !== null && nzsim.legend.hiddenLayers.has(point.layer));
    return {
      id: `series ${index}`,
      name: series.name,
      type: "scatter",
      symbol: SHAPES[index % SHAPES.length],
      symbolSize: 13,
      animation: false,
      itemStyle: { color: series.color, borderColor: "#fff", borderWidth: 1, opacity: 1 },
      emphasis: { itemStyle: { borderColor: "#1b1f24", borderWidth: 2 } },
      data: chart.points.filter(isShown).map((point) => ({
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

  function optionOf(chart, hidden, width) {
    const named = namedPoints(chart, width);
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
        ...chart.ceilings.map((ceiling) => ceilingSeries(ceiling, chart)),
        ...chart.series.map((series, index) => pointSeries(series, index, chart, hidden, named)),
      ],
    };
  }

  function start(section, chart) {
    nzsim.dom.expectArrays(chart, ["ceilings", "series", "points"]);
    const isLive = typeof echarts !== "undefined";
    const live = isLive ? nzsim.tooltip.canvasIn(section, 480) : null;
    const hidden = nzsim.legend.series(section, () => update());
    let shown = [];
    function update() {
      nzsim.legend.applyToDrawing(section, hidden);
      if (!isLive) return;
      const option = optionOf(chart, hidden, live.box.clientWidth);
      shown = option.series.flatMap((series, seriesIndex) =>
        series.type === "scatter"
          ? series.data.map((item, dataIndex) => ({ seriesIndex, dataIndex, point: item.point }))
          : []);
      live.chart.setOption(option, { replaceMerge: ["series"] });
    }
    update();
    nzsim.legend.onLayers(update);
    if (!isLive) return;
    section.querySelector("figure").after(
      element("p", { class: "note" },
        ...chart.ceilings.map((ceiling) => `${ceiling.name}: ${ceiling.peak_text}, ${ceiling.slope_text}. `)));
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
