"use strict";

// How objectives change along one axis while the others stay at the base point: a chart per axis.
nzsim.sweepSensitivity = (() => {
  const { element } = nzsim.dom;
  const HEIGHT = 250;

  const percent = (change) => `${change > 0 ? "+" : ""}${Number((100 * change).toPrecision(3))} %`;

  // Where chart `index` of `count` is, in pixels.
  function frameOf(index, count, width) {
    const columns = width < 700 || count === 1 ? 1 : 2;
    const room = width / columns;
    const top = Math.floor(index / columns) * HEIGHT;
    return { left: (index % columns) * room, top, room, rows: Math.ceil(count / columns) };
  }

  // Colour and shape of an objective.
  const lookOf = (objective) => nzsim.sweepColors.look(objective, objective);

  // Whether another value than the base's has a result.
  const isKnown = ({ changes }) => changes.some((row) => row.filter((change) => change !== null).length > 1);

  // Where nothing changes, a line in the middle.
  const flat = (sign) => ({ min, max }) => (min === max ? sign * 0.01 : null);

  function gridOf(points, axis, index, count, width) {
    const frame = frameOf(index, count, width);
    const column = points.column(axis.column);
    const { labels, depth } = column.isNumber ? { labels: { hideOverlap: true }, depth: 0 }
      : nzsim.sweepPoints.wordLabels(axis.values, frame.room - 90);
    return {
      title: { text: column.name, left: frame.left + 8, top: frame.top + 4,
               textStyle: { fontSize: 14, color: "#1b1f24", width: frame.room - 24, overflow: "truncate" } },
      grid: { left: frame.left + 66, top: frame.top + 36, width: frame.room - 90, height: HEIGHT - 76 - depth },
      xAxis: { gridIndex: index, type: "category", data: axis.values, axisLabel: { color: "#1b1f24", ...labels },
               axisLine: { onZero: false, lineStyle: { color: "#57606a" } } },
      yAxis: { gridIndex: index, type: "value", min: flat(-1), max: flat(1), axisLabel: { color: "#1b1f24", formatter: (value) => percent(value) },
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
      symbol: lookOf(objective).shape,
      symbolSize: axis.values.length > 30 ? 3 : 7,
      showAllSymbol: true,
      itemStyle: { color: lookOf(objective).color },
      lineStyle: { color: lookOf(objective).color, width: 2 },
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
      const { color, sign } = lookOf(index);
      const button = element("button", { type: "button", "aria-pressed": "true" },
        element("span", { style: `color:${color}`, "aria-hidden": "true" }, `${sign} `),
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
      const { axes: every, base, origin: words } = all[Number(choice.value)];
      const axes = every.filter(isKnown);
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
      const others = every.filter((axis) => !isKnown(axis)).map((axis) => points.column(axis.column).name);
      origin.textContent = `Base: ${words}: ${title}; ${lines.join(", ")}. One axis at a time, the others stay there.` +
        (others.length === 0 ? "" : ` No other value of ${others.join(", ")} has a result there.`);
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
