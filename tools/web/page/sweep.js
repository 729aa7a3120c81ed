"use strict";

// The page of a sweep: its parts share points, filters and colours.
nzsim.sweep = (() => {
  const { element, complain, data } = nzsim.dom;
  const AGAIN = "Write it again with: nzsim report DIR --format html";

  // The column that colours points, and its groups.
  function coloringOf(points) {
    const listeners = [];
    const first = points.scatter.color === null ? null : points.column(points.scatter.color);
    // The drawing of a page without the chart library, and its legend, know workloads alone.
    let column = typeof echarts === "undefined" && first?.name !== "workload" ? null : first;
    let colors = nzsim.sweepColors.of(column);
    return {
      get: () => colors,
      column: () => column,
      set: (chosen) => {
        column = chosen;
        colors = nzsim.sweepColors.of(chosen);
        listeners.forEach((listener) => listener());
      },
      onChange: (listener) => listeners.push(listener),
    };
  }

  // How many points are left, and what leaves them.
  function filterBar(points) {
    const count = element("b", { id: "selected", "aria-live": "polite" });
    const front = element("input", { type: "checkbox" });
    front.addEventListener("change", () => {
      points.filter("front", front.checked ? Uint8Array.from(points.isOnFront) : null);
    });
    const clear = element("button", { type: "button", onclick: () => points.clear() }, "Clear filters");
    const update = () => {
      const format = (number) => number.toLocaleString("en");
      count.textContent = `${format(points.state.selected.length)} of ${format(points.rows)} points shown`;
      clear.disabled = !points.state.isFiltered;
    };
    points.onFilter(update);
    points.onClear(() => {
      front.checked = false;
      points.filter("front", null);
    });
    update();
    document.getElementById("choice").append(
      element("div", { class: "heat-bar" }, count, element("label", {}, front, " Pareto front only"), clear));
  }

  function withClearing(points) {
    const listeners = [];
    return { ...points, onClear: (listener) => listeners.push(listener), clear: () => listeners.forEach((listener) => listener()) };
  }

  function read() {
    try {
      const inside = data("sweep");
      if (inside.rows === 0) return null;
      const points = withClearing(nzsim.sweepPoints.read(inside));
      return { points, coloring: coloringOf(points) };
    } catch (error) {
      complain(`This page is damaged: the results inside cannot be read (${error.message}). ${AGAIN}`);
      return null;
    }
  }

  function start() {
    const inside = read();
    if (inside === null) return;
    const { points, coloring } = inside;
    filterBar(points);
    const parts = { scatter: nzsim.sweepScatter, parallel: nzsim.sweepParallel, sensitivity: nzsim.sweepSensitivity, points: nzsim.sweepTable };
    for (const [id, part] of Object.entries(parts)) {
      const section = document.getElementById(id);
      try {
        if (section?.querySelector("figure")) part.start(section, points, coloring);
      } catch (error) {
        section.querySelector("figure").classList.remove("live-on");
        complain(`This page is damaged: the part "${id}" cannot be drawn (${error.message}). ${AGAIN}`);
      }
    }
  }

  return { start };
})();
