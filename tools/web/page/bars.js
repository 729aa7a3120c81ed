"use strict";

// Stacked bars, one per layer, or per network and machine.
nzsim.bars = (() => {
  const ROW = 24;

  const numberText = (value) => String(Number(value.toPrecision(4)));

  function factsOf(chart, row, hidden) {
    const parts = chart.series
      .map((series, index) => ({ name: series.name, value: row.values[index], index }))
      .filter(({ value, index }) => value > 0 && !hidden.has(index));
    return [row.sum, ...parts.map(({ name, value }) => `${name}: ${numberText(value)} ${chart.unit}`)];
  }

  // The heading above a row with what parts it from the row's name.
  function headingOf(rows, row) {
    const heading = rows.slice(0, rows.indexOf(row)).findLast((one) => one.is_heading);
    return heading === undefined ? "" : `${heading.name}, `;
  }

  function optionOf(chart, rows, hidden, width) {
    const isNarrow = width < 560;
    const names = {
      width: isNarrow ? 110 : 190,
      overflow: "truncate",
      color: "#1b1f24",
      interval: 0,
      formatter: (name, index) => (rows[index].is_heading ? `{heading|${name.replaceAll(/[{}|]/g, "")}}` : name),
      rich: { heading: { fontWeight: "bold", color: "#1b1f24" } },
    };
    // Nothing to see but the sums behind the bars.
    const sums = {
      id: "sums",
      type: "bar",
      stack: "all",
      animation: false,
      // Shares may add up to a little more than the axis has.
      clip: false,
      label: { show: hidden.size === 0, position: "right", color: "#1b1f24",
               formatter: ({ dataIndex }) => rows[dataIndex].sum },
      data: rows.map(() => 0),
    };
    return {
      aria: { enabled: true, label: { description: `${chart.title}; the tables have its numbers.` } },
      grid: { left: 8, right: 84, top: 8, bottom: 8, containLabel: true },
      xAxis: {
        type: "value",
        name: chart.unit,
        nameTextStyle: { color: "#57606a" },
        axisLabel: { color: "#1b1f24", hideOverlap: true },
        splitNumber: isNarrow ? 3 : 6,
        max: chart.unit === "%" ? 100 : null,
        splitLine: { lineStyle: { color: "#e6e9ed" } },
      },
      yAxis: {
        type: "category",
        inverse: true,
        data: rows.map((row) => row.name),
        axisLabel: names,
        axisTick: { show: false },
      },
      tooltip: {
        ...nzsim.tooltip.style,
        trigger: "axis",
        axisPointer: { type: "shadow" },
        formatter: ([first]) => {
          const row = rows[first.dataIndex];
          if (row.is_heading) return "";
          return nzsim.tooltip.content(headingOf(rows, row) + row.name, factsOf(chart, row, hidden));
        },
      },
      series: [...chart.series.map((series, index) => ({
        id: `series ${index}`,
        name: series.name,
        type: "bar",
        stack: "all",
        barWidth: 16,
        animation: false,
        itemStyle: nzsim.tooltip.areaStyle(series),
        data: hidden.has(index) ? [] : rows.map((row) => row.values[index]),
      })), sums],
    };
  }

  function start(section, chart) {
    nzsim.dom.expectArrays(chart, ["series", "rows"]);
    const isLive = typeof echarts !== "undefined";
    const live = isLive ? nzsim.tooltip.canvasIn(section, ROW * chart.rows.length + 50) : null;
    const hidden = nzsim.legend.series(section, () => update());
    let rows = chart.rows;
    function update() {
      nzsim.legend.applyToDrawing(section, hidden);
      if (!isLive) return;
      rows = chart.rows.filter((row) => !nzsim.legend.isHidden(row));
      live.box.style.height = `${ROW * rows.length + 50}px`;
      live.chart.resize();
      live.chart.setOption(optionOf(chart, rows, hidden, live.box.clientWidth), { replaceMerge: ["series"] });
    }
    update();
    nzsim.legend.onGroups(update);
    if (!isLive) return;
    nzsim.tooltip.walk(live.box, chart.title, {
      count: () => rows.filter((row) => !row.is_heading).length,
      show: (place) => {
        const row = rows.filter((one) => !one.is_heading)[place];
        live.chart.dispatchAction({ type: "showTip", seriesIndex: 0, dataIndex: rows.indexOf(row) });
        return [headingOf(rows, row) + row.name, ...factsOf(chart, row, hidden)].join(". ");
      },
      hide: () => live.chart.dispatchAction({ type: "hideTip" }),
    });
  }

  return { start };
})();
