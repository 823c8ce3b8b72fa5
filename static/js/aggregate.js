// Draws the totals as stacked bars, one per area; the table above holds the same numbers and stands without this.
(() => {
  const box = document.getElementById("chart");
  const source = document.getElementById("chart-data");
  if (!box || !source || !window.echarts) return;
  const data = JSON.parse(source.textContent);
  // Told apart in grey print too: light and dark in turn.
  const colors = ["#1f5fbf", "#9cc3f5", "#0b6b50", "#a9dcca", "#7a5000", "#f2cf83", "#6b3fa0", "#d3bdf0", "#9a3412", "#f4bfa3", "#566472", "#ccd4dc", "#1d2733"];
  box.closest("section").hidden = false; // before drawing: what is hidden has no width
  box.style.height = `${90 + 30 * data.areas.length}px`;
  const chart = window.echarts.init(box);
  chart.setOption({
    animation: false,
    color: colors,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    legend: { type: "scroll", top: 0 },
    // The tooltip is drawn, not built from HTML: the page forbids inline styles.
    tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, confine: true, renderMode: "richText" },
    grid: { left: 8, right: 24, top: 40, bottom: 8, containLabel: true },
    xAxis: { type: "value", minInterval: 1 },
    yAxis: { type: "category", data: data.areas, inverse: true },
    series: data.values.map((name, at) => ({
      name,
      type: "bar",
      stack: "all",
      barMaxWidth: 22,
      data: data.bars.map((bars) => bars[at]),
    })),
  });
  window.addEventListener("resize", () => chart.resize());
})();
