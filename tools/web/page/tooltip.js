"use strict";

// Notes beside a point, made of text alone, and charts that are walked with the arrow keys.
nzsim.tooltip = (() => {
  const { element } = nzsim.dom;

  // The content of a note.
  function content(title, facts) {
    return element(
      "div",
      { class: "tip-text" },
      element("b", {}, title),
      ...facts.map((fact) => element("span", {}, fact)),
    );
  }

  // What all charts of the library share.
  const style = {
    confine: true,
    backgroundColor: "#fff",
    borderColor: "#1b1f24",
    textStyle: { color: "#1b1f24", fontSize: 13 },
    extraCssText: "max-width: 21rem; white-space: normal;",
  };

  // How an area of a series is filled: a second one of the same colour is striped.
  function areaStyle(series) {
    const stripes = { symbol: "rect", color: "rgba(255,255,255,0.75)", dashArrayX: [1, 0], dashArrayY: [2, 4],
                      rotation: -Math.PI / 4 };
    return { color: series.color, borderColor: "#fff", borderWidth: 0.5,
             ...(series.striped ? { decal: stripes } : {}) };
  }

  // Makes `box` a place that the keyboard reaches: arrows go through `count()` items, `show(n)`
  // shows one and returns its words for screen readers, Escape calls `hide`.
  function walk(box, label, { count, show, hide }) {
    let place = -1;
    const words = element("p", { "aria-live": "polite", style: "position:absolute;left:-9999px" });
    box.after(words);
    box.tabIndex = 0;
    box.setAttribute("role", "application");
    box.setAttribute("aria-label", `${label}. Arrow keys go from one to the next.`);
    box.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (event.key === "Escape") hide();
      if (step === undefined || count() === 0) return;
      event.preventDefault();
      place = place < 0 && step < 0 ? count() - 1 : (place + step + count()) % count();
      words.textContent = show(place);
    });
    box.addEventListener("blur", hide);
  }

  // Puts the chart library's canvas into a chart's figure and keeps it as wide as the page.
  function canvasIn(section, height) {
    const figure = section.querySelector("figure");
    const box = element("div", { class: "live", style: `height:${height}px` });
    figure.append(box);
    figure.classList.add("live-on");
    const chart = echarts.init(box, null, { renderer: "canvas" });
    new ResizeObserver(() => chart.resize()).observe(box);
    return { box, chart };
  }

  return { content, style, areaStyle, walk, canvasIn };
})();
