// Draws every [data-chart] from the JSON beside it (crm/common/charts.py). ECharts is fetched only where a chart is.
(() => {
  "use strict";

  const library = document.currentScript.dataset.library;
  const NARROW = 480; // pixels
  const drawn = new Map();
  let loading = null;
  let isPaper = false;

  const load = () => {
    loading ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = library;
      script.onload = () => resolve(window.echarts);
      script.onerror = reject;
      document.head.append(script);
    });
    return loading;
  };

  const language = () => document.documentElement.lang || "en";

  const duration = (value) => {
    if (Math.abs(value) < 60) return `${Math.round(value * 10) / 10} s`;
    if (Math.abs(value) < 3600) return `${Math.round(value / 6) / 10} min`;
    return `${Math.round(value / 360) / 10} h`;
  };

  const formatter = (chart, compact) => {
    const options = compact ? { maximumSignificantDigits: 4 } : { maximumFractionDigits: 2 };
    if (chart.format === "duration") return duration;
    if (chart.format === "percent") Object.assign(options, { style: "percent", ...(compact ? {} : { maximumFractionDigits: 1 }) });
    if (chart.format === "money" && /^[A-Z]{3}$/.test(chart.unit)) {
      Object.assign(options, { style: "currency", currency: chart.unit, ...(compact ? {} : { maximumFractionDigits: 0 }) });
    }
    if (compact) options.notation = "compact";
    const format = new Intl.NumberFormat(language(), options);
    const suffix = chart.format === "number" && chart.unit && !compact ? ` ${chart.unit}` : "";
    return (value) => (value === null || value === undefined ? "–" : format.format(value) + suffix);
  };

  const colours = () => {
    // A canvas understands resolved values only, neither variables nor "inherit".
    const style = window.getComputedStyle(document.body);
    const isDark = !isPaper && document.documentElement.dataset.bsTheme === "dark";
    return {
      text: isPaper ? "#1f2937" : style.color,
      font: style.fontFamily,
      muted: isDark ? "#9aa7b8" : "#5c6878",
      grid: isDark ? "#33404f" : "#e3e7ec",
      panel: isDark ? "#1d2836" : "#ffffff",
      series: isDark
        ? ["#6ea8fe", "#f4a261", "#63d2a8", "#d19cf0", "#e9c46a"]
        : ["#1f5fbf", "#c2570c", "#0d7f5f", "#7c3aad", "#8a6500"],
      baseline: isDark ? "#9aa7b8" : "#5c6878",
      target: isDark ? "#63d2a8" : "#0d7f5f",
    };
  };

  const level = (chart, name, value, colour, type) => ({
    name,
    type: "line",
    data: chart.x.map(() => value),
    showSymbol: false,
    silent: true,
    lineStyle: { color: colour, width: 1.5, type },
    itemStyle: { color: colour },
    endLabel: { show: true, formatter: name, color: colour, fontSize: 11, distance: 4 },
  });

  const band = (one, colour) => [
    { type: "line", data: one.low, stack: `band-${one.name}`, stackStrategy: "all", showSymbol: false, silent: true, lineStyle: { opacity: 0 }, tooltip: { show: false } },
    {
      type: "line",
      data: one.high.map((high, at) => (high === null || one.low[at] === null ? null : high - one.low[at])),
      stack: `band-${one.name}`,
      stackStrategy: "all",
      showSymbol: false,
      silent: true,
      lineStyle: { opacity: 0 },
      areaStyle: { color: colour, opacity: 0.16 },
      tooltip: { show: false },
    },
  ];

  // Labels of marks that are near each other stand on levels of their own, so that they do not cover each other.
  const markLevels = (chart) => {
    const ends = [];
    return chart.marks.map((mark) => {
      const at = chart.x.indexOf(mark.at) / chart.x.length;
      const free = ends.findIndex((end) => at - end >= 0.4);
      const level = free === -1 ? ends.length : free;
      ends[level] = at;
      return level;
    });
  };

  const line = (chart, one, at, palette) => ({
    name: one.name,
    type: chart.kind,
    data: one.values,
    showSymbol: one.values.length <= 36,
    symbol: ["circle", "rect", "triangle", "diamond"][at % 4],
    symbolSize: 5,
    barMaxWidth: 28,
    lineStyle: { width: 2, color: palette.series[at % 5] },
    itemStyle: { color: palette.series[at % 5] },
    markLine: at > 0 || chart.marks.length === 0 ? undefined : {
      symbol: "none",
      silent: true,
      lineStyle: { color: palette.muted, type: "solid", width: 1 },
      label: { color: palette.text, fontSize: 11, formatter: (mark) => mark.name, position: "end" },
      data: chart.marks.map((mark, index) => ({ xAxis: mark.at, name: mark.label, label: { distance: 3 + 13 * markLevels(chart)[index] } })),
    },
  });

  // Where there is little room the names stand beneath each other: side by side they ran over the axis.
  const legend = (chart, width, palette) => ({
    show: chart.series.length > 1,
    bottom: 0,
    orient: width < NARROW ? "vertical" : "horizontal",
    data: chart.series.map((one) => one.name),
    textStyle: { color: palette.text },
  });

  const below = (chart, width) => {
    if (chart.series.length < 2) return 8;
    return width < NARROW ? 14 + 24 * chart.series.length : 34;
  };

  const options = (chart, words, width) => {
    const palette = colours();
    const exact = formatter(chart, false);
    const short = formatter(chart, true);
    const series = [];
    chart.series.forEach((one, at) => {
      if (one.low.length) series.push(...band(one, palette.series[at % 5]));
      series.push(line(chart, one, at, palette));
    });
    const levels = [];
    if (chart.baseline !== null) levels.push(level(chart, words.baseline, chart.baseline, palette.baseline, "dashed"));
    if (chart.target !== null) levels.push(level(chart, words.target, chart.target, palette.target, "dotted"));
    return {
      animation: false,
      textStyle: { fontFamily: palette.font, color: palette.text },
      grid: { left: 8, right: levels.length ? 64 : 16, top: chart.marks.length ? 27 + 13 * Math.max(...markLevels(chart)) : 24, bottom: below(chart, width), containLabel: true },
      legend: legend(chart, width, palette),
      // Rich text, not HTML: the page's policy refuses inline styles.
      tooltip: {
        trigger: "axis",
        renderMode: "richText",
        confine: true,
        backgroundColor: palette.panel,
        borderColor: palette.grid,
        textStyle: { color: palette.text, fontFamily: palette.font, fontSize: 12 },
        formatter: (points) => [points[0].axisValueLabel]
          .concat(points.filter((point) => point.seriesName && !point.seriesName.startsWith("series\u0000"))
            .map((point) => `${point.seriesName}: ${exact(point.value)}`)).join("\n"),
      },
      xAxis: {
        type: "category",
        data: chart.x,
        boundaryGap: chart.kind === "bar",
        axisLine: { lineStyle: { color: palette.grid } },
        axisTick: { show: false },
        axisLabel: { color: palette.muted, hideOverlap: true, alignMaxLabel: chart.kind === "bar" ? null : "right" },
      },
      yAxis: {
        type: "value",
        scale: chart.kind === "line",
        name: chart.format === "number" ? chart.unit : "",
        nameTextStyle: { color: palette.muted, align: "left" },
        splitLine: { lineStyle: { color: palette.grid } },
        axisLabel: { color: palette.muted, formatter: short },
      },
      series: series.concat(levels),
    };
  };

  const draw = async (box) => {
    const data = document.getElementById(box.dataset.chart);
    if (!data || box.dataset.drawn !== undefined) return;
    box.dataset.drawn = "";
    box.hidden = false;
    const chart = JSON.parse(data.textContent);
    const words = { baseline: box.dataset.baselineLabel, target: box.dataset.targetLabel };
    const echarts = await load();
    const canvas = echarts.init(box, null, { renderer: "canvas" });
    const paint = () => canvas.setOption(options(chart, words, box.clientWidth), true);
    paint();
    drawn.set(box, paint);
    new ResizeObserver(() => {
      canvas.resize();
      paint();
    }).observe(box);
    box.dataset.ready = "";
  };

  const drawAll = () => document.querySelectorAll("[data-chart]").forEach(draw);

  document.addEventListener("DOMContentLoaded", drawAll);
  document.addEventListener("htmx:afterSettle", drawAll);
  const paintAll = () => drawn.forEach((paint) => paint());
  document.addEventListener("baseline:theme", paintAll);
  // Paper is light, whatever the screen was.
  ["beforeprint", "afterprint"].forEach((name) => window.addEventListener(name, () => {
    isPaper = name === "beforeprint";
    paintAll();
  }));
})();
