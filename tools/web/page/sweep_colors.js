"use strict";

// Colours of points by a column: groups of points with one colour and one shape.
nzsim.sweepColors = (() => {
  const { element } = nzsim.dom;
  // Okabe and Ito's palette with black in place of yellow, as charts of reports have it.
  const PALETTE = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#1b1f24"];
  const SHAPES = ["circle", "triangle", "diamond", "rect"];
  const SIGNS = ["\u25cf", "\u25b2", "\u25c6", "\u25a0"];
  const BINS = 12;
  // The light end of the scale is too faint for a point.
  const LIGHTEST = 0.85;

  // The colour of group `index`, and a shape with the sign that a legend has for it.
  const look = (index, shape) =>
    ({ color: PALETTE[index % PALETTE.length], shape: SHAPES[shape % SHAPES.length], sign: SIGNS[shape % SHAPES.length] });

  const single = () => ({ groups: [{ name: "", ...look(0, 0) }], groupOf: () => 0 });

  function byWords(column) {
    const groups = column.words.map((name, index) =>
      ({ name: name === "" ? "none" : name, ...look(index, Math.floor(index / PALETTE.length)) }));
    return { groups, groupOf: (row) => column.values[row] };
  }

  const ofScale = (part, name) =>
    ({ name, color: nzsim.heatMap.color(LIGHTEST * part), shape: SHAPES[0], sign: SIGNS[0] });
  const WITHOUT = { name: "none", color: "#8c8c8c", shape: SHAPES[0], sign: SIGNS[0] };

  function bySteps(column) {
    const last = Math.max(column.steps.length - 1, 1);
    const places = new Map(column.steps.map((value, index) => [value, index]));
    const groups = column.steps.map((value, index) => ofScale(index / last, String(value)));
    return { groups: [...groups, WITHOUT], groupOf: (row) => places.get(column.values[row]) ?? groups.length };
  }

  function byRange(column) {
    const scale = column.suitsLogarithm ? Math.log : (value) => value;
    const low = scale(column.low);
    const width = scale(column.high) - low;
    const groups = Array.from({ length: BINS }, (_, index) => ofScale(index / (BINS - 1), ""));
    const groupOf = (row) => {
      const value = column.values[row];
      if (Number.isNaN(value)) return BINS;
      return Math.min(Math.floor(((scale(value) - low) / width) * BINS), BINS - 1);
    };
    return { groups: [...groups, WITHOUT], groupOf, range: [column.low, column.high] };
  }

  // Groups of all points by `column`; one where it is null.
  function of(column) {
    if (column === null) return single();
    if (!column.isNumber) return byWords(column);
    return column.steps !== null && column.steps.length <= BINS ? bySteps(column) : byRange(column);
  }

  function item({ name, color, sign }) {
    return element("li", {}, element("span", { style: `color:${color}`, "aria-hidden": "true" }, `${sign} `), name);
  }

  // Items of a legend: the groups that points are in, or the ends of a range.
  function legend(column, colors) {
    if (column === null) return [];
    const title = element("li", {}, element("b", {}, column.shortName));
    if (colors.range !== undefined) {
      const stops = colors.groups.slice(0, BINS).map(({ color }) => color).join(",");
      const bar = element("span", { class: "heat-scale", style: `background:linear-gradient(to right,${stops})` });
      const [low, high] = colors.range.map(nzsim.sweepPoints.numberText);
      return [title, element("li", {}, `${low} `, bar, ` ${high}`)];
    }
    const used = new Set(Array.from(column.values, (_, row) => colors.groupOf(row)));
    return [title, ...colors.groups.filter((_, index) => used.has(index)).map(item)];
  }

  return { of, look, legend };
})();
