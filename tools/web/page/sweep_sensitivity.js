"use strict";

// How objectives change along one axis while the others stay at the base point: a chart per axis.
nzsim.sweepSensitivity = (() => {
  const { element } = nzsim.dom;
  const HEIGHT = 250;
  const COLORS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#1b1f24"];
  const SYMBOLS = ["circle", "triangle", "diamond", "rect"];

  const percent = (change) => `${change > 0 ? "+" : ""}${Number((100 * change).toPrecision(3))} %`;

  // Where chart `index` of `count` is, in pixels.
  function frameOf(index, count, width) {
    const columns = width < 700 || count === 1 ? 1 : 2;
    const room = width / columns;
    const top = Math.floor(index / columns) * HEIGHT;
    return { left: (index % columns) * room, top, room, rows: Math.ceil(count / columns) };
  }

  function gridOf(points, axis, index, count, width) {
    const frame = frameOf(index, count, width);
    const { name } = points.column(axis.column);
    return {
      title: { text: name, left: frame.left + 8, top: frame.top + 4,
               textStyle: { fontSize: 14, color: "#1b1f24", width: frame.room - 24, overflow: "truncate" } },
      grid: { left: frame.left + 66, top: frame.top + 36, width: frame.room - 90, height: HEIGHT - 76 },
      xAxis: { gridIndex: index, type: "category", data: axis.values, axisLabel: { color: "#1b1f24", hideOverlap: true },
               axisLine: { onZero: false, lineStyle: { color: "#57606a" } } },
      yAxis: { gridIndex: index, type: "value", axisLabel: { color: "#1b1f24", formatter: (value) => percent(value) },
               splitNumber: 4, splitLine: { lineStyle: { color: "#e6e9ed" } } },
    };
  }

  function seriesOf(points, axis, index, hidden) {
    return points.objectives.map(({ column }, objective) => ({
      id: `${index} ${objective}`,
      name: column.name,
      type: "line",
      xAxisIndex: index,
      yAxisIndex: index,
      animation: false,
      connectNulls: true,
      symbol: SYMBOLS[objective % SYMBOLS.length],
      symbolSize: axis.values.length > 30 ? 3 : 7,
      showAllSymbol: true,
      itemStyle: { color: COLORS[objective % COLORS.length] },
      lineStyle: { color: COLORS[objective % COLORS.length], width: 2 },
      data: hidden.has(objective) ? [] : axis.changes[objective],
      markLine: objective > 0 ? undefined : {
        silent: true, symbol: "none", animation: false, label: { formatter: "base", color: "#57606a" },
        lineStyle: { color: "#57606a", type: "dashed" }, data: [{ xAxis: axis.base }],
      },
    }));
  }

  function noteOn(points, axis, place, hidden) {
    const facts = points.objectives.map(({ column }, index) => ({ column, index, change: axis.changes[index][place] }))
      .filter(({ index, change }) => change !== null && !hidden.has(index))
      .map(({ column, change }) => `${column.name}: ${percent(change)}`);
    const base = place === axis.base ? " (base)" : "";
    return nzsim.tooltip.content(`${points.column(axis.column).name}: ${axis.values[place]}${base}`, facts);
  }

  function legendOf(points, hidden, update) {
    return element("ul", { class: "legend" }, ...points.objectives.map(({ column, goal }, index) => {
      const button = element("button", { type: "button", "aria-pressed": "true" },
        element("span", { style: `color:${COLORS[index % COLORS.length]}`, "aria-hidden": "true" }, "\u25cf "),
        `${column.name} (${goal})`);
      button.addEventListener("click", () => {
        if (!hidden.delete(index)) hidden.add(index);
        button.setAttribute("aria-pressed", String(!hidden.has(index)));
        update();
      });
      return element("li", {}, button);
    }));
  }

  function start(section, points) {
    const all = points.sensitivity;
    if (typeof echarts === "undefined" || all.length === 0 || all[0].axes.length === 0) {
      section.hidden = true;
      return;
    }
    for (const one of all) {
      for (const axis of one.axes) {
        nzsim.dom.expectArrays(axis, ["values", "changes"]);
        points.column(axis.column);
      }
    }
    const figure = section.querySelector("figure");
    const choice = element("select", { id: "sensitivity-workload" });
    all.forEach(({ workload }, index) => choice.append(element("option", { value: index }, workload)));
    const origin = element("p", { class: "note" });
    figure.append(element("div", { class: "heat-bar" }, element("label", { for: choice.id }, "Workload"), choice));
    const live = nzsim.tooltip.canvasIn(section, HEIGHT);
    const hidden = new Set();
    figure.after(legendOf(points, hidden, () => update()), origin);
    function update() {
      const { axes, base, origin: words } = all[Number(choice.value)];
      const width = figure.clientWidth;
      live.box.style.height = `${frameOf(0, axes.length, width).rows * HEIGHT}px`;
      live.chart.resize();
      const frames = axes.map((axis, index) => gridOf(points, axis, index, axes.length, width));
      const list = (name) => frames.map((frame) => frame[name]);
      live.chart.setOption({
        aria: { enabled: true, label: { description: "Changes of objectives; the table below has their ends." } },
        title: list("title"), grid: list("grid"), xAxis: list("xAxis"), yAxis: list("yAxis"),
        series: axes.flatMap((axis, index) => seriesOf(points, axis, index, hidden)),
        tooltip: { ...nzsim.tooltip.style, trigger: "axis",
                   formatter: ([first]) => noteOn(points, axes[first.axisIndex], first.dataIndex, hidden) },
      }, { notMerge: true });
      const { title, lines } = nzsim.sweepPoints.facts(points, base);
      origin.textContent = `Base: ${words}: ${title}; ${lines.join(", ")}. One axis at a time, the others stay there.`;
    }
    choice.addEventListener("change", update);
    let width = 0;
    new ResizeObserver(() => {
      if (figure.clientWidth === width) return;
      width = figure.clientWidth;
      update();
    }).observe(figure);
    update();
  }

  return { start };
})();
