"use strict";

// Parallel coordinates of axes and objectives: one line per point on one canvas. Dragging along a
// coordinate leaves the points in that part of it.
nzsim.sweepParallel = (() => {
  const { element } = nzsim.dom;
  const HEIGHT = 340;
  const TOP = 40;
  const BOTTOM = 22;
  const SIDE = 64;
  const NARROWEST = 112;
  // Values of an axis that are placed evenly and named each.
  const MOST_STEPS = 12;
  // Lines of one path: longer ones take more than linear time.
  const LINES = 100;

  const yOf = (part) => HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM);
  const partAt = (y) => (HEIGHT - BOTTOM - y) / (HEIGHT - TOP - BOTTOM);

  // A column with the places of its values between 0 and 1, and texts beside some of them.
  function coordinate(column) {
    const isStepped = !column.isNumber || (column.role === "axis" && column.steps !== null && column.steps.length <= MOST_STEPS);
    if (isStepped) {
      const last = Math.max(column.steps.length - 1, 1);
      const places = new Map(column.steps.map((value, index) => [value, column.steps.length === 1 ? 0.5 : index / last]));
      const name = (value) => (column.isNumber ? nzsim.sweepPoints.numberText(value) : column.words[value]);
      const step = Math.ceil(column.steps.length / MOST_STEPS);
      return {
        column, parts: Float32Array.from(column.values, (value) => places.get(value) ?? NaN),
        ticks: column.steps.filter((_, index) => index % step === 0).map((value) => ({ part: places.get(value), text: name(value) })),
      };
    }
    const scale = column.suitsLogarithm ? Math.log : (value) => value;
    const back = column.suitsLogarithm ? Math.exp : (value) => value;
    const low = scale(column.low);
    const width = scale(column.high) - low;
    const partOf = (value) => (scale(value) - low) / width;
    // Values of an axis that occur, where these are few.
    const near = (part) => (column.role === "axis" ? column.steps : null)?.reduce((best, value) =>
      (Math.abs(partOf(value) - part) < Math.abs(partOf(best) - part) ? value : best));
    const ticks = [0, 0.25, 0.5, 0.75, 1].map((part) => near(part) ?? Number(back(low + part * width).toPrecision(3)));
    return {
      column, parts: Float32Array.from(column.values, partOf),
      ticks: ticks.map((value) => ({ part: partOf(value), text: nzsim.sweepPoints.numberText(value) })),
    };
  }

  function coordinatesOf(points) {
    const columns = new Set([...nzsim.sweepPoints.identity(points),
      ...points.objectives.map(({ column }) => column).filter(({ varies }) => varies)]);
    return [...columns].map(coordinate);
  }

  // Strokes the lines of `rows` from place `begin` to `end`; a point without a value has no line.
  function stroke(context, coordinates, across, rows, begin, end) {
    context.beginPath();
    for (const row of rows.slice(begin, end)) {
      if (coordinates.some(({ parts }) => Number.isNaN(parts[row]))) continue;
      coordinates.forEach(({ parts }, index) => {
        const y = yOf(parts[row]);
        if (index === 0) context.moveTo(across(index), y);
        else context.lineTo(across(index), y);
      });
    }
    context.stroke();
  }

  // Strokes groups of rows in their colours, in turns, so that no group covers all others.
  function lines(context, coordinates, across, groups) {
    const most = Math.max(...groups.map(({ rows }) => rows.length));
    for (let begin = 0; begin < most; begin += LINES) {
      for (const { color, rows } of groups) {
        if (begin >= rows.length) continue;
        context.strokeStyle = color;
        stroke(context, coordinates, across, rows, begin, begin + LINES);
      }
    }
  }

  function text(context, words, x, y, most) {
    let short = words;
    while (short.length > 4 && context.measureText(short).width > most) short = `${short.slice(0, -2).trimEnd()}\u2026`;
    // Lines shine through, but do not cross the letters out.
    const left = { left: 0, center: 0.5, right: 1 }[context.textAlign] * context.measureText(short).width;
    context.fillStyle = "rgba(255,255,255,0.8)";
    context.fillRect(x - left - 1, y - 8, context.measureText(short).width + 2, 16);
    context.fillStyle = "#1b1f24";
    context.fillText(short, x, y);
  }

  // `end` is "left" or "right" for the first and the last coordinate, whose names stay on the canvas.
  function drawCoordinate(context, { column, ticks }, x, brush, room, end) {
    context.strokeStyle = "#1b1f24";
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(x, yOf(0));
    context.lineTo(x, yOf(1));
    context.stroke();
    if (brush !== null) {
      context.fillStyle = "rgba(11,83,148,0.25)";
      context.strokeStyle = "#0b5394";
      const [top, bottom] = [yOf(brush[1]), yOf(brush[0])];
      context.fillRect(x - 8, top, 16, bottom - top);
      context.strokeRect(x - 8, top, 16, bottom - top);
    }
    context.textBaseline = "middle";
    context.textAlign = "left";
    context.font = "12px system-ui, sans-serif";
    for (const tick of ticks) text(context, tick.text, x + 7, yOf(tick.part), room - 14);
    context.textAlign = end;
    context.font = "600 13px system-ui, sans-serif";
    const shift = { left: -SIDE + 4, right: SIDE - 4, center: 0 }[end];
    text(context, column.shortName, x + shift, 14, room - 10);
  }

  // An empty canvas, as wide as the page or as the names need.
  function prepared(canvas, least, count) {
    const ratio = window.devicePixelRatio || 1;
    const width = Math.max(least, NARROWEST * (count - 1) + 2 * SIDE);
    canvas.style.width = `${width}px`;
    canvas.style.height = `${HEIGHT}px`;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(HEIGHT * ratio);
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    context.fillStyle = "#fff";
    context.fillRect(0, 0, width, HEIGHT);
    return { context, room: (width - 2 * SIDE) / (count - 1) };
  }

  // The points that are left in their colours, then the front and what is pinned.
  function drawLines(context, points, coloring, coordinates, across) {
    const { selected } = points.state;
    const colors = coloring.get();
    const byGroup = colors.groups.map(({ color }) => ({ color, rows: [] }));
    for (const row of selected) byGroup[colors.groupOf(row)].rows.push(row);
    context.lineWidth = 1;
    context.globalAlpha = Math.max(0.07, Math.min(0.7, 150 / selected.length));
    lines(context, coordinates, across, byGroup);
    context.lineWidth = 1.5;
    context.globalAlpha = points.front.length > 100 ? 0.4 : 0.9;
    lines(context, coordinates, across, [{ color: "#1b1f24", rows: selected.filter((row) => points.isOnFront[row] === 1) }]);
    context.lineWidth = 2.5;
    context.globalAlpha = 1;
    lines(context, coordinates, across, [{ color: "#b3261e", rows: points.pins }]);
  }

  // Leaves the points that are in all brushes.
  function apply(points, coordinates, brushes) {
    const used = coordinates.map(({ parts }, index) => ({ parts, brush: brushes[index] })).filter(({ brush }) => brush !== null);
    if (used.length === 0) {
      points.filter("parallel", null);
      return;
    }
    const mask = new Uint8Array(points.rows);
    for (let row = 0; row < points.rows; ++row) {
      mask[row] = used.every(({ parts, brush: [low, high] }) => parts[row] >= low && parts[row] <= high) ? 1 : 0;
    }
    points.filter("parallel", mask);
  }

  // Several changes of one moment are one drawing.
  function inNextFrame(draw) {
    let isWaiting = false;
    return () => {
      if (isWaiting) return;
      isWaiting = true;
      requestAnimationFrame(() => {
        isWaiting = false;
        draw();
      });
    };
  }

  function start(section, points, coloring) {
    const coordinates = coordinatesOf(points);
    if (coordinates.length < 2) {
      section.hidden = true;
      return;
    }
    const figure = section.querySelector("figure");
    const canvas = element("canvas", { role: "img", "aria-label": "Parallel coordinates of axes and objectives. The filters of the table do the same as dragging here." });
    figure.classList.add("scroll", "parallel");
    figure.append(canvas);
    figure.after(element("p", { class: "note" },
      "Drag along a coordinate to leave only the points in that part; click it to take them back. Colours are those of the points above, black lines are the Pareto front, red ones pinned. The filters of the table below do the same without a mouse."));
    const brushes = coordinates.map(() => null);
    const last = coordinates.length - 1;
    const across = (index) => SIDE + (index * (canvas.clientWidth - 2 * SIDE)) / last;
    const endOf = (index) => (index === 0 ? "left" : index === last ? "right" : "center");
    function draw() {
      const { context, room } = prepared(canvas, figure.clientWidth, coordinates.length);
      drawLines(context, points, coloring, coordinates, across);
      coordinates.forEach((one, index) => drawCoordinate(context, one, across(index), brushes[index], room, endOf(index)));
    }
    brushing(canvas, coordinates.length, across, (index, brush) => {
      brushes[index] = brush;
      apply(points, coordinates, brushes);
    });
    points.onClear(() => {
      brushes.fill(null);
      points.filter("parallel", null);
    });
    const later = inNextFrame(draw);
    points.onFilter(later);
    points.onPins(later);
    coloring.onChange(later);
    // At once: a page that is printed has no further frame.
    new ResizeObserver(draw).observe(figure);
    draw();
  }

  // Calls `change(index, [low, high])` while the mouse is dragged along a coordinate, and with null
  // where it is clicked.
  function brushing(canvas, count, across, change) {
    let drag = null;
    const indexAt = (x) => {
      const room = count > 1 ? across(1) - across(0) : Infinity;
      const index = Math.round((x - across(0)) / room);
      return index >= 0 && index < count && Math.abs(across(index) - x) < Math.min(40, room / 2) ? index : null;
    };
    canvas.addEventListener("pointerdown", (event) => {
      const index = indexAt(event.offsetX);
      if (index === null) return;
      drag = { index, from: event.offsetY };
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointermove", (event) => {
      canvas.style.cursor = indexAt(event.offsetX) === null ? "default" : "ns-resize";
      if (drag === null || Math.abs(event.offsetY - drag.from) < 4) return;
      const ends = [partAt(event.offsetY), partAt(drag.from)].sort((left, right) => left - right);
      change(drag.index, [Math.max(ends[0], -0.01), Math.min(ends[1], 1.01)]);
    });
    canvas.addEventListener("pointerup", (event) => {
      if (drag !== null && Math.abs(event.offsetY - drag.from) < 4) change(drag.index, null);
      drag = null;
    });
    canvas.addEventListener("pointercancel", () => { drag = null; });
  }

  return { start };
})();
