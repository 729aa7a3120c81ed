"use strict";

// Any two columns of a sweep against each other. The chart library draws a group of points at once;
// which point is under the mouse is found here.
nzsim.sweepScatter = (() => {
  const { element } = nzsim.dom;
  const HEIGHT = 460;
  // Pixels from a point at which it is meant.
  const REACH = 14;
  const MANY = 2000;
  const KEYS = "Arrow keys go from one point to the next, Enter pins it.";
  // Places of a logarithmic axis.
  const MOST_NAMED = 12;

  function option(name, place) {
    return element("option", { value: place }, name);
  }

  // A choice among columns that vary, axes first.
  function columnChoice(section, points, id, label, chosen, withNone) {
    const select = element("select", { id: `${section.id}-${id}` });
    if (withNone) select.append(option("nothing", -1));
    for (const [title, role] of [["Axes", "axis"], ["Results", "number"], ["Points", "identity"]]) {
      const group = element("optgroup", { label: title });
      points.columns.forEach((column, place) => {
        if (column.role === role && (column.varies || place === chosen)) group.append(option(column.name, place));
      });
      if (group.childElementCount > 0) select.append(group);
    }
    select.value = String(chosen ?? -1);
    return { select, label: element("label", { for: select.id }, label), column: () => points.columns[Number(select.value)] ?? null };
  }

  function toggle(label, checked, name = label) {
    const box = element("input", { type: "checkbox", "aria-label": name });
    box.checked = checked;
    return { box, label: element("label", {}, box, ` ${label}`) };
  }

  // Places of a logarithmic axis that are named: the values of what was varied where these are few,
  // else 1, 2 and 5 of each decade, or powers of ten where there are many.
  function logarithmicTicks({ role, steps }, low, high) {
    if (role === "axis" && steps !== null && steps.length <= MOST_NAMED) return steps.filter((value) => value > 0);
    const span = Math.log10(high / low);
    if (span < 0.7) return evenTicks(low, high);
    const factors = span < 3 ? [1, 2, 5] : [1];
    const step = Math.ceil(span / MOST_NAMED);
    const ticks = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power += step) {
      ticks.push(...factors.map((factor) => Number(`${factor}e${power}`)));
    }
    return ticks.filter((value) => value >= low && value <= high);
  }

  // Round numbers from `low` to `high`, for less than a decade.
  function evenTicks(low, high) {
    const rough = (high - low) / 5;
    const decade = 10 ** Math.floor(Math.log10(rough));
    const step = decade * [1, 2, 5, 10].find((factor) => factor * decade >= rough);
    const first = Math.ceil(low / step);
    return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, index) => (first + index) * step);
  }

  // A logarithmic axis with a little room at its ends.
  function logarithmicAxis(column) {
    let [low, high] = [Infinity, 0];
    for (const value of column.values) {
      if (!(value > 0)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    const room = high > low ? (high / low) ** 0.04 : 2;
    const [min, max] = [low / room, high * room];
    return { type: "log", logBase: 10, min, max, customValues: logarithmicTicks(column, min, max) };
  }

  function axisOf(column, isLogarithmic, width, isAcross) {
    const isNarrow = width < 560;
    const common = {
      name: column.shortName,
      nameLocation: isAcross ? "middle" : "end",
      nameGap: isAcross ? 32 : 14,
      nameTextStyle: { color: "#1b1f24", fontSize: 13, align: isAcross ? "center" : "left" },
      axisLabel: { color: "#1b1f24", hideOverlap: true, overflow: "truncate", width: isAcross ? null : isNarrow ? 90 : 150 },
      axisLine: { onZero: false, lineStyle: { color: "#57606a" } },
      splitLine: { show: true, lineStyle: { color: "#e6e9ed" } },
      splitNumber: isNarrow && isAcross ? 3 : 6,
    };
    const { axisLabel } = common;
    if (!column.isNumber) {
      const category = { ...common, type: "category", data: column.words };
      if (!isAcross) return category;
      const { labels, depth } = nzsim.sweepPoints.wordLabels(column.words, width - 60);
      return { ...category, nameGap: 24 + depth, axisLabel: { ...axisLabel, ...labels } };
    }
    const numbers = { ...axisLabel, formatter: nzsim.sweepPoints.numberText };
    if (isLogarithmic) {
      const { customValues, ...axis } = logarithmicAxis(column);
      return { ...common, ...axis, axisLabel: { ...numbers, customValues }, axisTick: { customValues } };
    }
    return { ...common, type: "value", scale: true, minInterval: column.isWhole ? 1 : 0, axisLabel: numbers };
  }

  const ring = (id, data, symbolSize, borderColor) => ({
    id, type: "scatter", silent: true, animation: false, symbol: "circle", symbolSize, z: 3, data,
    itemStyle: { color: "rgba(0,0,0,0)", borderColor, borderWidth: 1.5 },
  });

  function controls(section, points, onChange, onColor) {
    const { scatter } = points;
    const x = columnChoice(section, points, "x", "Across", scatter.x, false);
    const y = columnChoice(section, points, "y", "Up", scatter.y, false);
    const color = columnChoice(section, points, "color", "Colour by", scatter.color, true);
    const xLog = toggle("logarithmic", scatter.x_logarithmic, "Across: logarithmic");
    const yLog = toggle("logarithmic", scatter.y_logarithmic, "Up: logarithmic");
    const front = toggle("Rings on the Pareto front", true);
    function fit({ column }, { box }) {
      box.disabled = !column().mayBeLogarithmic;
      if (box.disabled) box.checked = false;
    }
    for (const [choice, log] of [[x, xLog], [y, yLog]]) {
      fit(choice, log);
      choice.select.addEventListener("change", () => {
        log.box.checked = choice.column().suitsLogarithm;
        fit(choice, log);
        onChange();
      });
      log.box.addEventListener("change", onChange);
    }
    color.select.addEventListener("change", onColor);
    front.box.addEventListener("change", onChange);
    const pair = (...parts) => element("span", { class: "pair" }, ...parts);
    const bar = element("div", { class: "heat-bar" }, pair(x.label, x.select, xLog.label),
      pair(y.label, y.select, yLog.label), pair(color.label, color.select), front.label);
    return { bar, x, y, color, xLog: xLog.box, yLog: yLog.box, front: front.box };
  }

  // Pinned points stay below the chart, to be compared.
  function pinTable(points) {
    const box = element("div", { class: "scroll pins", hidden: "" });
    points.onPins(() => {
      box.hidden = points.pins.length === 0;
      const columns = [points.column(0), ...nzsim.sweepPoints.identity(points), ...points.objectives.map(({ column }) => column)];
      const row = (pin) => element("tr", {},
        ...columns.map((column) => element("td", column.isNumber ? { class: "number" } : {}, column.shown(pin))),
        element("td", {}, element("button", { type: "button", onclick: () => points.togglePin(pin) }, "Unpin")));
      box.replaceChildren(element("table", {},
        element("caption", {}, "Pinned points"),
        element("thead", {}, element("tr", {}, ...columns.map(({ shortName, isNumber }) =>
          element("th", { scope: "col", class: isNumber ? "number" : null }, shortName)), element("th", {}))),
        element("tbody", {}, ...points.pins.map(row))));
    });
    return box;
  }

  // Draws `points` and returns how to find them.
  function drawing(chart, points, control, colors) {
    let pixels = null;
    // Rows that have a place, by group.
    function rowsByGroup(x, y) {
      const byGroup = colors().groups.map(() => []);
      const isDrawn = (row) => !Number.isNaN(x.values[row]) && !Number.isNaN(y.values[row]) &&
        (!control.xLog.checked || x.values[row] > 0) && (!control.yLog.checked || y.values[row] > 0);
      for (const row of points.state.selected) {
        if (isDrawn(row)) byGroup[colors().groupOf(row)].push(row);
      }
      return byGroup;
    }

    function update(width) {
      const [x, y] = [control.x.column(), control.y.column()];
      const byGroup = rowsByGroup(x, y);
      const drawn = byGroup.flat();
      const isDrawn = new Set(drawn);
      const place = (row) => [x.values[row], y.values[row]];
      const many = drawn.length > MANY;
      chart.setOption({
        aria: { enabled: true, label: { description: `${y.name} over ${x.name}. ${KEYS} The table has all numbers.` } },
        grid: { left: 12, right: 24, top: 34, bottom: 34, containLabel: true },
        xAxis: axisOf(x, control.xLog.checked, width, true),
        yAxis: axisOf(y, control.yLog.checked, width, false),
        series: [
          // Empty large series are an error in the chart library.
          ...colors().groups.map(({ color, shape }, index) => ({
            id: `group ${index}`, type: "scatter", silent: true, animation: false, large: many, largeThreshold: 0,
            symbol: shape, symbolSize: many ? 5 : 8, itemStyle: { color, opacity: many ? 0.7 : 0.85 },
            data: byGroup[index].map(place),
          })).filter(({ data }) => data.length > 0),
          ring("front", control.front.checked ? [...points.front].filter((row) => isDrawn.has(row)).map(place) : [], 13, "#1b1f24"),
          ring("pins", points.pins.filter((row) => isDrawn.has(row)).map(place), 18, "#b3261e"),
        ],
      }, { notMerge: true });
      pixels = null;
      return drawn.length;
    }

    // Places of the drawn points on the canvas, computed when they are first asked for.
    function placed() {
      if (pixels !== null) return pixels;
      const [x, y] = [control.x.column(), control.y.column()];
      const rows = rowsByGroup(x, y).flat();
      const at = rows.map((row) => chart.convertToPixel({ xAxisIndex: 0, yAxisIndex: 0 }, [x.values[row], y.values[row]]));
      pixels = { rows, at };
      return pixels;
    }

    // The point nearest to a place of the canvas and how many more are exactly there; null where
    // none is near.
    function nearest(left, top) {
      const { rows, at } = placed();
      let best = null;
      let least = REACH * REACH;
      at.forEach(([across, down], index) => {
        const distance = (across - left) ** 2 + (down - top) ** 2;
        if (distance < least) [best, least] = [index, distance];
      });
      if (best === null) return null;
      const [across, down] = at[best];
      const there = at.filter(([otherAcross, otherDown]) =>
        Math.abs(otherAcross - across) < 0.5 && Math.abs(otherDown - down) < 0.5).length;
      return { row: rows[best], across, down, more: there - 1 };
    }

    const of = (index) => {
      const { rows, at } = placed();
      return { row: rows[index], across: at[index][0], down: at[index][1], more: 0 };
    };
    return { update, nearest, of, count: () => placed().rows.length, forget: () => { pixels = null; } };
  }

  // Notes beside points, by mouse and keyboard; clicks and Enter pin.
  function follow(figure, live, points, control, draw) {
    const tip = element("div", { class: "tip", hidden: "" });
    figure.append(tip);
    let current = null;
    function show(found) {
      current = found.row;
      const columns = [control.x.column(), control.y.column(), control.color.column()].filter((column) => column !== null);
      const { title, lines } = nzsim.sweepPoints.facts(points, found.row, columns);
      if (found.more > 0) lines.push(`and ${found.more} more in this place`);
      tip.replaceChildren(nzsim.tooltip.content(title, lines));
      tip.hidden = false;
      const isRight = found.across > figure.clientWidth / 2;
      const left = found.across + (isRight ? -tip.offsetWidth - 12 : 12);
      tip.style.left = `${Math.max(0, Math.min(left, figure.clientWidth - tip.offsetWidth))}px`;
      tip.style.top = `${live.box.offsetTop + Math.max(0, Math.min(found.down + 8, HEIGHT - tip.offsetHeight))}px`;
      return [title, ...lines].join(". ");
    }
    const hide = () => {
      tip.hidden = true;
      current = null;
    };
    const canvas = live.chart.getZr();
    canvas.on("mousemove", ({ offsetX, offsetY }) => {
      const found = draw.nearest(offsetX, offsetY);
      live.box.style.cursor = found === null ? "default" : "pointer";
      canvas.setCursorStyle(found === null ? "default" : "pointer");
      if (found === null) hide();
      else show(found);
    });
    canvas.on("globalout", hide);
    canvas.on("click", ({ offsetX, offsetY }) => {
      const found = draw.nearest(offsetX, offsetY);
      if (found !== null) points.togglePin(found.row);
    });
    nzsim.tooltip.walk(live.box, "Any two columns", { count: draw.count, show: (place) => show(draw.of(place)), hide });
    live.box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && current !== null) points.togglePin(current);
    });
    return hide;
  }

  // `coloring` gets the groups that a reader has chosen.
  function start(section, points, coloring) {
    const isLive = typeof echarts !== "undefined";
    if (!isLive) return;
    const figure = section.querySelector("figure");
    const note = element("p", { class: "note", "aria-live": "polite" });
    let hide = () => {};
    const control = controls(section, points, () => update(), () => {
      coloring.set(control.color.column());
    });
    figure.append(control.bar);
    const live = nzsim.tooltip.canvasIn(section, HEIGHT);
    const draw = drawing(live.chart, points, control, coloring.get);
    function update() {
      hide();
      const drawn = draw.update(live.box.clientWidth);
      section.querySelector(".legend").replaceChildren(...nzsim.sweepColors.legend(coloring.column(), coloring.get()));
      const left = points.state.selected.length - drawn;
      note.textContent = left === 0 ? "" : `${left.toLocaleString("en")} points have no place on these axes.`;
    }
    coloring.onChange(update);
    points.onFilter(update);
    points.onPins(update);
    update();
    hide = follow(figure, live, points, control, draw);
    let width = live.box.clientWidth;
    new ResizeObserver(() => {
      draw.forget();
      if (live.box.clientWidth === width) return;
      width = live.box.clientWidth;
      update();
    }).observe(live.box);
    section.querySelector(".legend").after(note);
    section.append(pinTable(points));
  }

  return { start };
})();
