"use strict";

// The table of all points of a sweep. Only the rows in sight are in the document.
nzsim.sweepTable = (() => {
  const { element } = nzsim.dom;
  const ROW = 27;
  const CHARACTER = 7.6;
  const BEYOND = 8;
  const HEIGHT = 480;
  // The header and a scroll bar.
  const HEADER = 96;

  const CONDITION = /^(<=|>=|<|>|=)?\s*(-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)$/i;
  const RANGE = /^(\S+?)\s*\.\.\s*(\S+)$/;
  const COMPARISONS = {
    "<": (left, right) => left < right,
    "<=": (left, right) => left <= right,
    ">": (left, right) => left > right,
    ">=": (left, right) => left >= right,
  };

  // Whether a row's value meets what a reader has typed: for numbers `8`, `>= 8` or `8..64`, for
  // texts, and for what is no such condition, a part of it in letters of any size.
  function condition(column, typed) {
    const letters = typed.trim().toLowerCase();
    // Numbers are shown with commas and five digits, and found as they are shown.
    const words = column.isNumber ? letters.replace(/(\d),(?=\d{3})/g, "$1") : letters;
    const simple = column.isNumber ? CONDITION.exec(words) : null;
    if (simple !== null) {
      const bound = Number(simple[2]);
      const compare = COMPARISONS[simple[1]];
      if (compare !== undefined) return (row) => compare(column.values[row], bound);
      const rounded = column.role === "number" ? nzsim.sweepPoints.rounded : (value) => value;
      return (row) => column.values[row] === bound || rounded(column.values[row]) === bound;
    }
    const range = column.isNumber ? RANGE.exec(words) : null;
    if (range !== null && !Number.isNaN(Number(range[1])) && !Number.isNaN(Number(range[2]))) {
      const [low, high] = [Number(range[1]), Number(range[2])];
      return (row) => column.values[row] >= low && column.values[row] <= high;
    }
    if (column.isNumber) return (row) => column.text(row).includes(words);
    const meets = column.words.map((word) => word.toLowerCase().includes(words));
    return (row) => meets[column.values[row]];
  }

  // Columns that are shown before a reader asks for all.
  function mainColumns(points) {
    const failed = points.find("status").words.some((word) => word !== "done");
    const names = new Set(["index", "status", ...nzsim.sweepPoints.identity(points).map(({ name }) => name), "Pareto front",
      ...points.objectives.map(({ column }) => column.name), ...(failed ? ["message"] : [])]);
    return points.columns.filter(({ name, varies }) => names.has(name) || (name === "bottleneck" && varies));
  }

  function widthOf(column, points) {
    // The heading is bold and has an arrow.
    let most = column.shortName.length * 1.15 + 4;
    const step = Math.max(1, Math.floor(points.rows / 200));
    for (let row = 0; row < points.rows; row += step) most = Math.max(most, column.shown(row).length);
    return Math.round(Math.min(Math.max(most * CHARACTER + 22, 84), 300));
  }

  // Sorts rows by a column; rows without a value come last. Words are in the order of their letters.
  function sortRows(rows, column, direction) {
    let rank = column.values;
    if (!column.isNumber) {
      const order = column.words.map((_, place) => place)
        .sort((left, right) => column.words[left].localeCompare(column.words[right], "en", { numeric: true }));
      const places = new Float64Array(order.length);
      order.forEach((place, index) => { places[place] = column.words[place] === "" ? NaN : index; });
      rank = column.values.map((place) => places[place]);
    }
    return rows.sort((left, right) => {
      const [a, b] = [rank[left], rank[right]];
      if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) - Number.isNaN(b) || left - right;
      return direction * (a - b) || left - right;
    });
  }

  function csvOf(points, rows) {
    const line = (fields) => fields.map(nzsim.tables.quoted).join(",") + "\r\n";
    return [line(points.columns.map(({ name }) => name)),
      ...Array.from(rows, (row) => line(points.columns.map((column) => column.text(row))))].join("");
  }

  // Leaves the points that meet what is typed above all columns.
  function filter({ points, typed }) {
    const conditions = [...typed].filter(([, text]) => text.trim() !== "").map(([column, text]) => condition(column, text));
    if (conditions.length === 0) {
      points.filter("table", null);
      return;
    }
    const mask = new Uint8Array(points.rows);
    for (let row = 0; row < points.rows; ++row) mask[row] = conditions.every((meets) => meets(row)) ? 1 : 0;
    points.filter("table", mask);
  }

  function markSorted({ table, sorted }) {
    for (const cell of table.tHead.rows[0].cells) {
      const isSorted = cell.dataset.column === sorted.column.name;
      if (isSorted) cell.setAttribute("aria-sort", sorted.direction === 1 ? "ascending" : "descending");
      else cell.removeAttribute("aria-sort");
    }
  }

  function sortBy(view, column) {
    const { sorted } = view;
    view.sorted = { column, direction: sorted.column === column ? -sorted.direction : 1 };
    markSorted(view);
    arrange(view);
  }

  function headerCell(view, column) {
    const input = element("input", { type: "text", "aria-label": `Filter ${column.name}`, placeholder: column.isNumber ? "filter, >= 8" : "filter" });
    input.value = view.typed.get(column) ?? "";
    input.addEventListener("input", () => {
      view.typed.set(column, input.value);
      filter(view);
    });
    const cell = element("th", { scope: "col", title: column.name, class: column.isNumber ? "number" : null },
      element("button", { type: "button", onclick: () => sortBy(view, column) }, column.shortName), input);
    cell.dataset.column = column.name;
    return cell;
  }

  // Headings of the columns that are shown, and the rows below.
  function build(view) {
    const { points, table, columns } = view;
    const widths = columns.map((column) => widthOf(column, points));
    table.style.width = `${widths.reduce((sum, width) => sum + width, 0)}px`;
    table.setAttribute("aria-rowcount", String(points.rows + 1));
    table.replaceChildren(
      element("colgroup", {}, ...widths.map((width) => element("col", { style: `width:${width}px` }))),
      element("thead", {}, element("tr", {}, ...columns.map((column) => headerCell(view, column)))), view.body);
    markSorted(view);
    arrange(view);
  }

  function rowElement({ points, columns }, row, place) {
    const cells = columns.map((column) => {
      const text = column.shown(row);
      const title = !column.isNumber && text.length > 20 ? text : null;
      return element("td", { class: column.isNumber ? "number" : null, title }, text);
    });
    return element("tr", {
      "aria-rowindex": place + 2,
      class: points.pins.includes(row) ? "pinned" : null,
      onclick: () => points.togglePin(row),
    }, ...cells);
  }

  // Rows in sight, and room for those above and below.
  function show(view) {
    const { box, rows } = view;
    const first = Math.max(0, Math.floor(box.scrollTop / ROW) - BEYOND);
    const last = Math.min(rows.length, Math.ceil((box.scrollTop + box.clientHeight) / ROW) + BEYOND);
    const space = (count) => element("tr", { class: "space", "aria-hidden": "true", style: `height:${count * ROW}px` });
    const shown = Array.from(rows.slice(first, last), (row, index) => rowElement(view, row, first + index));
    view.body.replaceChildren(space(first), ...shown, space(rows.length - Math.max(last, first)));
  }

  function arrange(view) {
    view.rows = sortRows(view.points.state.selected.slice(), view.sorted.column, view.sorted.direction);
    show(view);
  }

  // What stands above the table.
  function barOf(view) {
    const { points } = view;
    const copy = element("button", { type: "button" }, "Copy as CSV");
    copy.addEventListener("click", () => nzsim.tables.copyText(csvOf(points, view.rows), copy));
    const save = element("button", { type: "button", onclick: () => nzsim.dom.save("points.csv", "text/csv", csvOf(points, view.rows)) }, "Save as CSV");
    const all = element("input", { type: "checkbox" });
    all.addEventListener("change", () => {
      view.columns = all.checked ? points.columns : mainColumns(points);
      build(view);
    });
    return element("div", { class: "heat-bar buttons" }, copy, save, element("label", {}, all, " All columns"));
  }

  function start(section, points) {
    const table = element("table");
    const box = element("div", { class: "points-scroll", tabindex: "0", role: "region", "aria-label": "All points" }, table);
    const view = { points, table, box, body: element("tbody"), columns: mainColumns(points), typed: new Map(),
                   sorted: { column: points.column(0), direction: 1 }, rows: points.state.selected };
    section.querySelector("figure").append(barOf(view), box);
    section.append(element("p", { class: "note" },
      "Filters: a part of a text; of numbers also 8, >= 8 or 8..64. They and those of the parallel coordinates hold for the charts too. A click on a row pins its point."));
    box.style.height = `${Math.min(HEIGHT, points.rows * ROW + HEADER)}px`;
    box.addEventListener("scroll", () => show(view), { passive: true });
    points.onFilter(() => {
      box.scrollTop = 0;
      arrange(view);
    });
    points.onPins(() => show(view));
    points.onClear(() => {
      view.typed.clear();
      for (const input of table.querySelectorAll("thead input")) input.value = "";
      points.filter("table", null);
    });
    build(view);
  }

  return { start };
})();
