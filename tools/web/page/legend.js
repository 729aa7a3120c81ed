"use strict";

// What a reader has hidden: series of a chart, by the buttons of its legend, and layers, by the
// check boxes above the charts.
nzsim.legend = (() => {
  const { element } = nzsim.dom;
  const hiddenLayers = new Set();
  const listeners = [];

  // Makes buttons of a chart's legend. `onChange` gets the set of hidden series.
  function series(section, onChange) {
    const hidden = new Set();
    for (const item of section.querySelectorAll(".legend li")) {
      const index = Number(item.dataset.series);
      const button = element("button", { type: "button", "aria-pressed": "true" });
      button.append(...item.childNodes);
      button.addEventListener("click", () => {
        if (!hidden.delete(index)) hidden.add(index);
        button.setAttribute("aria-pressed", String(!hidden.has(index)));
        onChange(hidden);
      });
      item.append(button);
    }
    return hidden;
  }

  // Calls `listener` whenever layers were hidden or shown.
  function onLayers(listener) {
    listeners.push(listener);
  }

  // The drawing follows too: it is what is printed, and all there is without a chart library.
  function applyToDrawing(section, hidden) {
    for (const mark of section.querySelectorAll(".drawing [data-series], .drawing [data-layer]")) {
      const isHidden =
        (mark.dataset.series !== undefined && hidden.has(Number(mark.dataset.series))) ||
        (mark.dataset.layer !== undefined && hiddenLayers.has(Number(mark.dataset.layer)));
      mark.toggleAttribute("data-hidden", isHidden);
    }
  }

  function layerBox(name, index) {
    const box = element("input", { type: "checkbox", checked: "" });
    box.addEventListener("change", () => {
      if (box.checked) hiddenLayers.delete(index);
      else hiddenLayers.add(index);
      listeners.forEach((listener) => listener());
    });
    return element("li", {}, element("label", {}, box, " ", name));
  }

  // Check boxes of all layers, where there are several.
  function layers(names) {
    if (names.length < 2) return;
    const list = element("ul", { class: "layers" }, ...names.map(layerBox));
    const all = (checked) => () => {
      for (const box of list.querySelectorAll("input")) {
        if (box.checked !== checked) box.click();
      }
    };
    document.getElementById("choice").append(
      element(
        "details",
        {},
        element("summary", {}, "Layers shown"),
        element("button", { type: "button", onclick: all(true) }, "All"),
        " ",
        element("button", { type: "button", onclick: all(false) }, "None"),
        list,
      ),
    );
  }

  return { series, layers, onLayers, applyToDrawing, hiddenLayers };
})();
