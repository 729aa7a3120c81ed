"use strict";

// What a reader has hidden: series of a chart, by the buttons of its legend, and groups, the layers
// of a run or the networks of a comparison, by the check boxes above the charts.
nzsim.legend = (() => {
  const { element } = nzsim.dom;
  const hiddenGroups = new Set();
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

  // Calls `listener` whenever groups were hidden or shown.
  function onGroups(listener) {
    listeners.push(listener);
  }

  // The drawing follows too: it is what is printed, and all there is without a chart library.
  function applyToDrawing(section, hidden) {
    for (const mark of section.querySelectorAll(".drawing [data-series], .drawing [data-group]")) {
      const isOfSeries = mark.dataset.series !== undefined && hidden.has(Number(mark.dataset.series));
      mark.toggleAttribute("data-hidden", isOfSeries || isHidden(mark.dataset));
    }
  }

  // Whether a point, a row or a mark is of a hidden group.
  const isHidden = ({ group }) => group !== null && group !== undefined && hiddenGroups.has(Number(group));

  function groupBox(name, index) {
    const box = element("input", { type: "checkbox", checked: "" });
    box.addEventListener("change", () => {
      if (box.checked) hiddenGroups.delete(index);
      else hiddenGroups.add(index);
      listeners.forEach((listener) => listener());
    });
    return element("li", {}, element("label", {}, box, " ", name));
  }

  // Check boxes of all layers or networks, where there are several.
  function groups(title, names) {
    if (names.length < 2) return;
    const list = element("ul", { class: "groups" }, ...names.map(groupBox));
    const all = (checked) => () => {
      for (const box of list.querySelectorAll("input")) {
        if (box.checked !== checked) box.click();
      }
    };
    document.getElementById("choice").append(
      element(
        "details",
        {},
        element("summary", {}, title),
        element("button", { type: "button", onclick: all(true) }, "All"),
        " ",
        element("button", { type: "button", onclick: all(false) }, "None"),
        list,
      ),
    );
  }

  return { series, groups, onGroups, applyToDrawing, isHidden };
})();
