// Draws bars by kind and lines by month; the tables hold the same numbers and the page stands without this.
(() => {
  const source = document.getElementById("chart-data");
  if (!source || !window.echarts) return;
  const data = JSON.parse(source.textContent);
  // Told apart in grey print too: light and dark in turn.
  const colors = ["#1f5fbf", "#9cc3f5", "#7a5000", "#f2cf83"];
  const common = {
    animation: false,
    color: colors,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    legend: { type: "scroll", top: 0 },
    // The tooltip is drawn, not built from HTML: the page forbids inline styles.
    tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, confine: true, renderMode: "richText" },
    grid: { left: 8, right: 24, top: 40, bottom: 8, containLabel: true },
  };
  const draw = (id, height, option) => {
    const box = document.getElementById(id);
    if (!box) return;
    box.closest("section").hidden = false; // before drawing: what is hidden has no width
    box.style.height = `${height}px`;
    const chart = window.echarts.init(box);
    chart.setOption({ ...common, ...option });
    window.addEventListener("resize", () => chart.resize());
  };
  draw("bars", 90 + 34 * data.names.length, {
    xAxis: { type: "value", minInterval: 1 },
    yAxis: { type: "category", data: data.names, inverse: true, axisLabel: { width: 130, overflow: "truncate" } },
    series: data.kinds.map((name, at) => ({
      name,
      type: "bar",
      stack: "all",
      barMaxWidth: 22,
      data: data.bars.map((bars) => bars[at]),
    })),
  });
  draw("trend", 280, {
    xAxis: { type: "category", data: data.months },
    yAxis: { type: "value", minInterval: 1 },
    series: Object.entries(data.trend).map(([name, values], at) => ({
      name,
      type: "line",
      symbol: ["circle", "rect", "triangle"][at],
      symbolSize: 7,
      lineStyle: { type: ["solid", "dashed", "dotted"][at] },
      data: values,
    })),
  });
})();
