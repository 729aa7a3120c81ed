"use strict";

// A canvas with rows of cells: states of each PE by layer, or the use of each PE over time.
nzsim.heatMap = (() => {
  const { element } = nzsim.dom;
  const LEFT = 120;
  const BOTTOM = 20;
  // From cividis (Nunez, Anderton and Renslow, PLOS ONE 2018): one order of lightness for every
  // reader, and in print.
  const SCALE = [[0, 34, 78], [65, 77, 107], [124, 123, 120], [188, 175, 111], [254, 232, 56]];

  function color(value) {
    const place = Math.min(Math.max(value, 0), 1) * (SCALE.length - 1);
    const index = Math.min(Math.floor(place), SCALE.length - 2);
    const mix = SCALE[index].map((low, channel) =>
      Math.round(low + (SCALE[index + 1][channel] - low) * (place - index)));
    return `rgb(${mix.join(",")})`;
  }

  const percent = (value) => `${(100 * value).toFixed(1)} %`;

  // Rows of windows are many and alike.
  function heightOf(map) {
    const rows = map.rows.length;
    if (isOverTime(map)) return Math.min(Math.max(9 * rows, 48), 700);
    return Math.min(Math.max(rows === 1 ? 48 : 22 * rows, 22), 1200);
  }

  const isOverTime = (map) => map.measures[0].window_cycles > 0;

  // What column `index` of a measure is.
  function columnName(measure, index) {
    if (measure.window_cycles === 0) return `PE ${index}`;
    const begin = index * measure.window_cycles;
    const end = Math.min(begin + measure.window_cycles, measure.cycles);
    return `cycles ${begin} to ${end - 1}`;
  }

  // The values of the first and the last colour: all that can be, or all that occurs.
  function rangeOf(measure, isSpread) {
    if (!isSpread) return [0, 1];
    let [low, high] = [1, 0];
    for (const row of measure.values) {
      for (const value of row) {
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
    }
    return high > low ? [low, high] : [0, 1];
  }

  function draw(canvas, map, measure, [low, high]) {
    const ratio = window.devicePixelRatio || 1;
    const width = canvas.clientWidth;
    const height = heightOf(map) + BOTTOM;
    canvas.style.height = `${height}px`;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    context.fillStyle = "#fff";
    context.fillRect(0, 0, width, height);
    context.font = "13px system-ui, sans-serif";
    const rowHeight = (height - BOTTOM) / map.rows.length;
    const namedRows = Math.ceil(16 / rowHeight);
    const gap = rowHeight >= 11 ? 1 : 0;
    measure.values.forEach((row, place) => {
      const cellWidth = (width - LEFT) / row.length;
      row.forEach((value, column) => {
        context.fillStyle = color((value - low) / (high - low));
        context.fillRect(LEFT + column * cellWidth, place * rowHeight, cellWidth + 0.5, rowHeight + 0.5 - 1.5 * gap);
      });
      context.fillStyle = "#1b1f24";
      context.textBaseline = "middle";
      if (place % namedRows === 0) {
        context.fillText(map.rows[place], 0, Math.max((place + 0.5) * rowHeight, 7), LEFT - 8);
      }
    });
    drawAxis(context, width, height, measure);
  }

  function drawAxis(context, width, height, measure) {
    const columns = measure.values[0].length;
    const isTime = measure.window_cycles > 0;
    context.textBaseline = "bottom";
    context.textAlign = "left";
    context.fillText(isTime ? "cycle 0" : "PE 0", LEFT, height);
    context.textAlign = "right";
    context.fillText(isTime ? `cycle ${measure.cycles}` : `PE ${columns - 1}`, width, height);
    context.textAlign = "left";
  }

  // The cell under a place of the canvas, or null.
  function cellAt(canvas, map, measure, x, y) {
    const row = Math.floor((y / heightOf(map)) * map.rows.length);
    const values = measure.values[row];
    if (values === undefined || x < LEFT) return null;
    const column = Math.floor(((x - LEFT) / (canvas.clientWidth - LEFT)) * values.length);
    return column < values.length ? { row, column } : null;
  }

  function scaleElement(whole) {
    const stops = SCALE.map((channels) => `rgb(${channels.join(",")})`).join(",");
    const low = element("span");
    const high = element("span");
    const scale = element("span", {}, low, " ",
      element("span", { class: "heat-scale", style: `background:linear-gradient(to right,${stops})` }),
      " ", high, ` ${whole}`);
    const label = (range) => {
      low.textContent = percent(range[0]);
      high.textContent = percent(range[1]);
    };
    return { scale, label };
  }

  function start(section, map) {
    nzsim.dom.expectArrays(map, ["rows", "measures"]);
    const figure = section.querySelector("figure");
    const canvas = element("canvas");
    const tip = element("div", { class: "tip", hidden: "" });
    const choice = element("select", { id: `${section.id}-measure` });
    map.measures.forEach((measure, index) => choice.append(element("option", { value: index }, measure.name)));
    const scale = scaleElement(map.whole);
    const spread = element("input", { type: "checkbox" });
    const bar = element("div", { class: "heat-bar" },
      element("label", { for: choice.id }, map.choice), choice, scale.scale,
      element("label", {}, spread, " spread the colours over what occurs"));
    figure.classList.add("heat");
    figure.append(bar, canvas, tip);
    const measure = () => map.measures[Number(choice.value)];
    function redraw() {
      const range = rangeOf(measure(), spread.checked);
      scale.label(range);
      draw(canvas, map, measure(), range);
    }

    function show({ row, column }) {
      const one = measure();
      // Columns of other measures are other windows.
      const told = isOverTime(map) ? [one] : map.measures;
      const facts = told.map(({ name, values }) =>
        `${isOverTime(map) ? "busy" : name}: ${percent(values[row][column])}`);
      const title = isOverTime(map)
        ? `${map.rows[row]}, ${columnName(one, column)}`
        : `${columnName(one, column)}, ${map.rows[row]}`;
      tip.replaceChildren(nzsim.tooltip.content(title, facts));
      tip.hidden = false;
      const x = LEFT + (column / one.values[row].length) * (canvas.clientWidth - LEFT);
      tip.style.left = `${Math.max(0, Math.min(x, figure.clientWidth - tip.offsetWidth))}px`;
      tip.style.top = `${canvas.offsetTop + (row + 1) * (heightOf(map) / map.rows.length) + 4}px`;
      return [title, ...facts].join(". ");
    }
    const hide = () => { tip.hidden = true; };

    choice.addEventListener("change", redraw);
    spread.addEventListener("change", redraw);
    canvas.addEventListener("mousemove", (event) => {
      const cell = cellAt(canvas, map, measure(), event.offsetX, event.offsetY);
      if (cell === null) hide();
      else show(cell);
    });
    canvas.addEventListener("mouseleave", hide);
    const title = section.querySelector("h2").textContent;
    // Cells are walked row by row.
    nzsim.tooltip.walk(canvas, title, {
      count: () => map.rows.length * measure().values[0].length,
      show: (place) => {
        const columns = measure().values[0].length;
        return show({ row: Math.floor(place / columns), column: place % columns });
      },
      hide,
    });
    new ResizeObserver(redraw).observe(figure);
    redraw();
  }

  return { start, color };
})();
