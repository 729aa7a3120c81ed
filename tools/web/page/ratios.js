"use strict";

// Ratios to a baseline: bars beside each other on a logarithmic axis, which start at 1.
nzsim.ratios = (() => {
  function factsOf(chart, row, hidden) {
    return chart.series
      .map((series, index) => ({ name: series.name, fact: row.facts[index].join(", "), index }))
      .filter(({ index }) => !hidden.has(index))
      .map(({ name, fact }) => `${name}: ${fact}`);
  }

  function optionOf(chart, rows, hidden, width) {
    const room = (width - 60) / rows.length - 4;
    // Names that do not fit below their bars stand aslant.
    const names = room >= 60 ? { width: room } : { width: 90, rotate: 50 };
    return {
      aria: { enabled: true, label: { description: `${chart.title}; the tables have its numbers.` } },
      grid: { left: 8, right: 8, top: 12, bottom: 8, containLabel: true },
      xAxis: {
        type: "category",
        data: rows.map((row) => row.name),
        axisLabel: { color: "#1b1f24", interval: 0, overflow: "truncate", ...names },
        axisTick: { show: false },
        axisLine: { onZero: false, lineStyle: { color: "#57606a" } },
      },
      yAxis: {
        type: "log",
        min: chart.range[0],
        max: chart.range[1],
        axisLabel: { color: "#1b1f24", formatter: (value) => `${value < 1e9 ? value.toLocaleString("en") : value}x` },
        splitLine: { lineStyle: { color: "#e6e9ed" } },
      },
      tooltip: {
        ...nzsim.tooltip.style,
        trigger: "axis",
        axisPointer: { type: "shadow" },
        formatter: ([first]) => nzsim.tooltip.content(rows[first.dataIndex].name, factsOf(chart, rows[first.dataIndex], hidden)),
      },
      series: chart.series.filter((series, index) => !hidden.has(index)).map((series, place) => ({
        id: `series ${chart.series.indexOf(series)}`,
        name: series.name,
        type: "bar",
        barGap: "0%",
        barCategoryGap: "18%",
        barMinHeight: 1,
        animation: false,
        itemStyle: nzsim.tooltip.areaStyle(series),
        data: rows.map((row) => row.values[chart.series.indexOf(series)]),
        markLine: place > 0 ? undefined : {
          silent: true, symbol: "none", animation: false, label: { show: false },
          lineStyle: { color: "#1b1f24", type: "solid", width: 1 }, data: [{ yAxis: 1 }],
        },
      })),
    };
  }

  function start(section, chart) {
    nzsim.dom.expectArrays(chart, ["series", "rows"]);
    const isLive = typeof echarts !== "undefined";
    const live = isLive ? nzsim.tooltip.canvasIn(section, 300) : null;
    if (isLive) section.querySelector("figure").classList.add("wide");
    const hidden = nzsim.legend.series(section, () => update());
    let rows = chart.rows;
    function update() {
      nzsim.legend.applyToDrawing(section, hidden);
      if (!isLive) return;
      rows = chart.rows.filter((row) => !nzsim.legend.isHidden(row));
      // The bars that are left share the room of those that are not.
      live.chart.setOption(optionOf(chart, rows, hidden, live.box.clientWidth), { notMerge: true });
    }
    update();
    nzsim.legend.onGroups(update);
    if (!isLive) return;
    nzsim.tooltip.walk(live.box, chart.title, {
      count: () => rows.length,
      show: (place) => {
        live.chart.dispatchAction({ type: "showTip", seriesIndex: 0, dataIndex: place });
        return [rows[place].name, ...factsOf(chart, rows[place], hidden)].join(". ");
      },
      hide: () => live.chart.dispatchAction({ type: "hideTip" }),
    });
  }

  return { start };
})();
