"use strict";

// Brings the page to life. Whatever goes wrong is said at its top; drawings and tables stay.
(() => {
  const { element, complain, data } = nzsim.dom;
  const starters = {
    roofline: nzsim.roofline.start,
    "speed-up": nzsim.ratios.start,
    efficiency: nzsim.ratios.start,
    time: nzsim.bars.start,
    energy: nzsim.bars.start,
    heat: nzsim.heatMap.start,
    "heat-time": nzsim.heatMap.start,
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

  // What a page may be of: the document inside, and what a reader can hide of it.
  const documents = {
    report: { title: "Layers shown", names: (report) => report.layers },
    comparison: { title: "Networks shown", names: (comparison) => comparison.workloads },
  };

  function startDocument() {
    const name = Object.keys(documents).find((id) => document.getElementById(`${id}-data`) !== null);
    try {
      if (name === undefined) throw new Error("it is not there");
      const names = documents[name].names(data(name));
      nzsim.legend.groups(documents[name].title, names.map((one) => String(one.name)));
      const text = document.getElementById(`${name}-data`).textContent.trim() + "\n";
      document.querySelector("footer").append(" ", element("button", {
        type: "button",
        onclick: () => nzsim.dom.save(`${name}.json`, "application/json", text),
      }, `Save ${name}.json`));
    } catch (error) {
      complain(`This page is damaged: the ${name ?? "document"} inside cannot be read (${error.message}). ` +
        "Write it again with: nzsim report DIR --format html");
    }
  }

  nzsim.tables.start();
  if (document.getElementById("sweep-data") === null) startDocument();
  else nzsim.sweep.start();
  Object.keys(starters).forEach(startChart);
})();
