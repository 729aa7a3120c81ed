"use strict";

// States of each PE: a canvas with a row of cells per layer, a cell per PE.
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

  function heightOf(rows) {
    return Math.min(Math.max(rows === 1 ? 48 : 22 * rows, 22), 1200);
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
    const height = heightOf(map.layers.length) + BOTTOM;
    canvas.style.height = `${height}px`;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    context.fillStyle = "#fff";
    context.fillRect(0, 0, width, height);
    context.font = "13px system-ui, sans-serif";
    const rowHeight = (height - BOTTOM) / map.layers.length;
    measure.values.forEach((row, layer) => {
      const cellWidth = (width - LEFT) / row.length;
      row.forEach((value, pe) => {
        context.fillStyle = color((value - low) / (high - low));
        context.fillRect(LEFT + pe * cellWidth, layer * rowHeight, cellWidth + 0.5, rowHeight - 1);
      });
      context.fillStyle = "#1b1f24";
      context.textBaseline = "middle";
      if (rowHeight >= 11) {
        context.fillText(map.layers[layer], 0, (layer + 0.5) * rowHeight, LEFT - 8);
      }
    });
    drawAxis(context, width, height, measure.values[0].length);
  }

  function drawAxis(context, width, height, pes) {
    context.textBaseline = "bottom";
    context.textAlign = "left";
    context.fillText("PE 0", LEFT, height);
    context.textAlign = "right";
    context.fillText(`PE ${pes - 1}`, width, height);
    context.textAlign = "left";
  }

  // The cell under a place of the canvas, or null.
  function cellAt(canvas, map, measure, x, y) {
    const height = heightOf(map.layers.length);
    const layer = Math.floor((y / height) * map.layers.length);
    const row = measure.values[layer];
    if (row === undefined || x < LEFT) return null;
    const pe = Math.floor(((x - LEFT) / (canvas.clientWidth - LEFT)) * row.length);
    return pe < row.length ? { layer, pe } : null;
  }

  function scaleElement() {
    const stops = SCALE.map((channels) => `rgb(${channels.join(",")})`).join(",");
    const low = element("span");
    const high = element("span");
    const scale = element("span", {}, low, " ",
      element("span", { class: "heat-scale", style: `background:linear-gradient(to right,${stops})` }),
      " ", high, " of the layer's cycles");
    const label = (range) => {
      low.textContent = percent(range[0]);
      high.textContent = percent(range[1]);
    };
    return { scale, label };
  }

  function start(section, map) {
    nzsim.dom.expectArrays(map, ["layers", "measures"]);
    const figure = section.querySelector("figure");
    const canvas = element("canvas");
    const tip = element("div", { class: "tip", hidden: "" });
    const choice = element("select", { id: "heat-measure" });
    map.measures.forEach((measure, index) => choice.append(element("option", { value: index }, measure.name)));
    const scale = scaleElement();
    const spread = element("input", { type: "checkbox" });
    const bar = element("div", { class: "heat-bar" },
      element("label", { for: "heat-measure" }, "State"), choice, scale.scale,
      element("label", {}, spread, " spread the colours over what occurs"));
    figure.classList.add("heat");
    figure.append(bar, canvas, tip);
    const measure = () => map.measures[Number(choice.value)];
    function redraw() {
      const range = rangeOf(measure(), spread.checked);
      scale.label(range);
      draw(canvas, map, measure(), range);
    }

    function show(cell) {
      const facts = map.measures.map((one) => `${one.name}: ${percent(one.values[cell.layer][cell.pe])}`);
      const title = `PE ${cell.pe}, ${map.layers[cell.layer]}`;
      tip.replaceChildren(nzsim.tooltip.content(title, facts));
      tip.hidden = false;
      const height = heightOf(map.layers.length) / map.layers.length;
      const x = LEFT + (cell.pe / measure().values[cell.layer].length) * (canvas.clientWidth - LEFT);
      tip.style.left = `${Math.max(0, Math.min(x, figure.clientWidth - tip.offsetWidth))}px`;
      tip.style.top = `${canvas.offsetTop + (cell.layer + 1) * height + 4}px`;
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
    const cells = map.measures[0].values.flatMap((row, layer) => row.map((value, pe) => ({ layer, pe })));
    nzsim.tooltip.walk(canvas, "States of each PE", {
      count: () => cells.length,
      show: (place) => show(cells[place]),
      hide,
    });
    new ResizeObserver(redraw).observe(figure);
    redraw();
  }

  return { start };
})();
