"use strict";

// Brings the page to life. Whatever goes wrong is said at its top; drawings and tables stay.
(() => {
  const { element, complain, data } = nzsim.dom;
  const starters = {
    roofline: nzsim.roofline.start,
    time: nzsim.bars.start,
    energy: nzsim.bars.start,
    heat: nzsim.heatMap.start,
  };

  function startChart(id) {
    const section = document.getElementById(id);
    if (section === null) return;
    try {
      const chart = data(id);
      if (chart !== null) starters[id](section, chart);
    } catch (error) {
      section.querySelector("figure")?.classList.remove("live-on");
      complain(`This page is damaged: the data of the chart "${id}" cannot be read (${error.message}). ` +
        "Write it again with: nzsim report DIR --format html");
    }
  }

  function startReport() {
    try {
      const report = data("report");
      nzsim.legend.layers(report.layers.map((layer) => String(layer.name)));
      const text = document.getElementById("report-data").textContent.trim() + "\n";
      document.querySelector("footer").append(" ", element("button", {
        type: "button",
        onclick: () => nzsim.dom.save("report.json", "application/json", text),
      }, "Save report.json"));
    } catch (error) {
      complain(`This page is damaged: the report inside cannot be read (${error.message}). ` +
        "Write it again with: nzsim report DIR --format html");
    }
  }

  nzsim.tables.start();
  startReport();
  Object.keys(starters).forEach(startChart);
})();
