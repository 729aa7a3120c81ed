"use strict";

// The points of a sweep: columns of numbers and words, which points a reader has filtered out, and
// which ones are pinned.
nzsim.sweepPoints = (() => {
  // Equal steps are equal factors where values span more than a decade.
  const LOGARITHMIC_SPAN = 20;
  // Different numbers of which each is known.
  const MOST_STEPS = 64;
  // Pixels of a character, of a line, and of the longest slanted word beside an axis; degrees.
  const CHARACTER = 7;
  const LINE = 16;
  const SLANTED = 110;
  const SLANT = 35;

  function expectPlaces(name, places, rows, count) {
    if (!Array.isArray(places) || places.length !== rows || places.some((place) => !(place >= 0 && place < count))) {
      throw new Error(`expected ${rows} places of values in the column "${name}"`);
    }
  }

  function wordColumn({ name, role, words, places }, rows) {
    expectPlaces(name, places, rows, words.length);
    return {
      name, role, isNumber: false, words,
      values: Float64Array.from(places),
      text: (row) => words[places[row]],
      shown: (row) => words[places[row]],
    };
  }

  function numberColumn({ name, role, numbers, places }, rows) {
    if (places !== undefined) expectPlaces(name, places, rows, numbers.length);
    const all = places === undefined ? numbers : places.map((place) => numbers[place]);
    if (all.length !== rows) throw new Error(`expected ${rows} numbers in the column "${name}"`);
    const values = Float64Array.from(all, (value) => (typeof value === "number" ? value : NaN));
    const text = (row) => (Number.isNaN(values[row]) ? "" : String(values[row]));
    // What was varied is told as it was stated.
    const shown = role === "number" ? (row) => numberText(values[row]) : text;
    return { name, role, isNumber: true, values, text, shown };
  }

  // Whole numbers as they are, others with five digits.
  const rounded = (value) => (Number.isInteger(value) && Math.abs(value) < 1e9 ? value : Number(value.toPrecision(5)));

  // The text of a number; without a value nothing.
  function numberText(value) {
    if (Number.isNaN(value)) return "";
    const short = rounded(value);
    if (short !== 0 && Math.abs(short) < 1e-3) return short.toExponential();
    return Math.abs(short) >= 1e4 && Math.abs(short) < 1e9 ? short.toLocaleString("en") : String(short);
  }

  // How the chart library writes `words` below an axis of `room` pixels: one beside the other, slanted
  // where they are too wide, and not all where there are too many. `depth` is what slanted ones need
  // more, in pixels.
  function wordLabels(words, room) {
    const each = room / words.length;
    const longest = Math.max(...words.map(({ length }) => length)) * CHARACTER;
    if (longest + 8 <= each) return { labels: { interval: 0 }, depth: 0 };
    const labels = { interval: each < LINE ? "auto" : 0, hideOverlap: false, rotate: SLANT, overflow: "truncate", width: SLANTED };
    return { labels, depth: Math.min(longest, SLANTED) * Math.sin((SLANT * Math.PI) / 180) };
  }

  // Range, different values where they are few or words, and whether it varies.
  function measure(column) {
    const most = column.isNumber ? MOST_STEPS : Infinity;
    const different = new Set();
    let [low, high] = [Infinity, -Infinity];
    for (const value of column.values) {
      if (Number.isNaN(value)) continue;
      if (different.size <= most) different.add(value);
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    Object.assign(column, {
      low, high,
      varies: high > low,
      // [values] in ascending order; null where there are many.
      steps: different.size <= most ? [...different].sort((left, right) => left - right) : null,
      suitsLogarithm: column.isNumber && low > 0 && high >= LOGARITHMIC_SPAN * low,
      mayBeLogarithmic: column.isNumber && high > 0,
      isWhole: column.isNumber && column.values.every((value) => Number.isNaN(value) || Number.isInteger(value)),
    });
    return column;
  }

  // The last part of a pointer, where no other column ends so.
  function nameShortly(columns) {
    const last = ({ name }) => name.slice(name.lastIndexOf("/") + 1);
    for (const column of columns) {
      const isAlone = columns.every((other) => other === column || last(other) !== last(column));
      column.shortName = column.role === "axis" && isAlone && last(column) !== "" ? last(column) : column.name;
    }
  }

  function frontColumn(front, rows) {
    const places = new Array(rows).fill(0);
    for (const row of front) {
      if (!(row >= 0 && row < rows)) throw new Error(`expected points in the front, got ${row}`);
      places[row] = 1;
    }
    return wordColumn({ name: "Pareto front", role: "identity", words: ["", "yes"], places }, rows);
  }

  // Reads the data inside the page. Throws where they are damaged.
  function read(data) {
    nzsim.dom.expectArrays(data, ["columns", "objectives", "front", "sensitivity"]);
    const rows = data.rows;
    const columns = data.columns.map((column) => {
      nzsim.dom.expectArrays(column, [column.words === undefined ? "numbers" : "words"]);
      return measure(column.words === undefined ? numberColumn(column, rows) : wordColumn(column, rows));
    });
    const column = (place) => {
      if (columns[place] === undefined) throw new Error(`expected the place of a column, got ${place}`);
      return columns[place];
    };
    const objectives = data.objectives.map((objective) => ({ ...objective, column: column(objective.column) }));
    const front = measure(frontColumn(data.front, rows));
    const { scatter } = data;
    // Throws where one is not there.
    [scatter.x, scatter.y, scatter.color ?? 0].forEach(column);
    nameShortly(columns);
    front.shortName = front.name;
    const find = (name) => columns.find((one) => one.name === name);
    return {
      name: String(data.name), rows, columns: [...columns, front], column, find, objectives,
      front: Int32Array.from(data.front),
      isOnFront: front.values,
      axes: columns.filter(({ role, varies }) => role === "axis" && varies),
      scatter, sensitivity: data.sensitivity,
      ...selection(rows),
    };
  }

  // Filters by name, each a mask of the points it leaves; pins.
  function selection(rows) {
    const masks = new Map();
    const listeners = [];
    const pinListeners = [];
    const pins = [];
    const state = { selected: Int32Array.from({ length: rows }, (_, row) => row), isFiltered: false };
    function filter(name, mask) {
      if (mask === null) masks.delete(name);
      else masks.set(name, mask);
      const all = [...masks.values()];
      const selected = [];
      for (let row = 0; row < rows; ++row) {
        if (all.every((one) => one[row] === 1)) selected.push(row);
      }
      state.selected = Int32Array.from(selected);
      state.isFiltered = selected.length < rows;
      listeners.forEach((listener) => listener());
    }
    function togglePin(row) {
      const place = pins.indexOf(row);
      if (place < 0) pins.push(row);
      else pins.splice(place, 1);
      pinListeners.forEach((listener) => listener());
    }
    return {
      state, pins, filter, togglePin,
      onFilter: (listener) => listeners.push(listener),
      onPins: (listener) => pinListeners.push(listener),
    };
  }

  // Columns that tell what a point is: workload where there are several, and axes.
  const identity = (points) => [...[points.find("workload")].filter((one) => one?.varies), ...points.axes];

  // The heading and the lines of a note on a point; `more` are columns that it tells too.
  function facts(points, row, more = []) {
    const columns = new Set([...points.axes, ...points.objectives.map(({ column }) => column), ...more]);
    const title = `point ${points.column(0).text(row)}, ${points.find("workload").text(row)}`;
    const lines = [...columns].filter((column) => column.name !== "index" && column.name !== "workload" && column.shown(row) !== "")
      .map((column) => `${column.shortName}: ${column.shown(row)}`);
    const status = points.find("status").text(row);
    if (status !== "done") lines.push(`status: ${status}`);
    if (points.isOnFront[row] === 1) lines.push("on the Pareto front");
    return { title, lines };
  }

  return { read, facts, identity, rounded, numberText, wordLabels };
})();
