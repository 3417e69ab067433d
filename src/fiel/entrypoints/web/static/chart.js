/* <f-chart>: draws the JSON block inside it with ECharts, as SVG.
 *
 *   <f-chart kind="line" format="pct" description="..."><script type="application/json">{...}</script></f-chart>
 *
 * kind  line       {dates: ["2026-01-02"], series: [{name, style: "solid|dashed|dotted", values: [1.2, null]}],
 *                   moves: [{day, amount}], movesName: "...", movesFormat: "brl"}     values in percent or money
 *       stack      {categories: ["2026-01"], series: [{name, certainty: "received|confirmed|announced|estimated",
 *                   values: [..]}], now: "2026-01", totalName: "..."}
 *       waterfall  {steps: [{name, value, kind: "total|change|flow"}]}     a flow is neither gain nor loss
 * format  brl | pct | points | number; with the attribute hidden-values amounts are dots: the page then sends
 *         proportions instead of money
 *
 * Strict CSP: no HTML tooltip, no style attribute in markup, no canvas. Colours are CSS variables, read when
 * drawn; a change of theme, language or size draws again. Numbers are decimal strings or numbers of the server,
 * already rounded; nothing is added up here but the invisible base of a waterfall.
 */
(function () {
  "use strict";

  var FALLBACK = {
    text: "#17202B", muted: "#55606E", surface: "#FFFFFF", border: "#C5CCD6", band: "#D5E1F5",
    c1: "#1D4FA8", c2: "#859A33", c3: "#C1758D", c4: "#621F38", c5: "#528DEF", c6: "#5F5F06",
    gain: "#0A6B52", loss: "#B42318", warn: "#8A5300"
  };
  var DASHES = { solid: "solid", dashed: [7, 4], dotted: [2, 3], long: [14, 5] };
  var NARROW = 600;

  function colours(element) {
    var style = getComputedStyle(element), found = {};
    Object.keys(FALLBACK).forEach(function (name) {
      found[name] = style.getPropertyValue("--" + name).trim() || FALLBACK[name];
    });
    found.font = style.fontFamily || "sans-serif";
    return found;
  }

  function language() { return document.documentElement.lang || "pt-BR"; }

  function numeric(value) { return value === null || value === undefined || value === "" ? null : Number(value); }

  function formats(format) {
    var lang = language(), minus = /-/g;
    function made(options) {
      var one = new Intl.NumberFormat(lang, options);
      return function (value) { return one.format(value).replace(minus, "\u2212"); };
    }
    var money = made({ style: "currency", currency: "BRL" });
    var compact = made({ style: "currency", currency: "BRL", notation: "compact", maximumFractionDigits: 1 });
    var two = made({ minimumFractionDigits: 2, maximumFractionDigits: 2 });
    var some = made({ maximumFractionDigits: 1 });
    function suffixed(one, text) { return function (value) { return one(value) + text; }; }
    function signed(one) {
      return function (value) { return (value > 0 ? "+" : "") + one(value); };
    }
    function none() { return "\u2022\u2022\u2022"; }
    var kinds = {
      brl: { full: money, axis: compact, signed: signed(money) },
      pct: { full: suffixed(two, "%"), axis: suffixed(some, "%"), signed: signed(suffixed(two, "%")) },
      points: { full: suffixed(two, " p.p."), axis: some, signed: signed(suffixed(two, " p.p.")) },
      number: { full: two, axis: some, signed: signed(two) },
      hidden: { full: none, axis: none, signed: none }
    };
    return kinds[format] || kinds.number;
  }

  function dayText(value) {
    return new Intl.DateTimeFormat(language(), { dateStyle: "medium", timeZone: "UTC" }).format(new Date(value));
  }

  function dayInstant(day) { return Date.parse(day + "T00:00:00Z"); }

  function monthText(month, long) {
    var at = /^\d{4}-\d{2}$/.test(month) ? Date.parse(month + "-01T00:00:00Z") : NaN;
    if (isNaN(at)) { return month; }
    var options = { month: long ? "long" : "short", year: long ? "numeric" : "2-digit", timeZone: "UTC" };
    return new Intl.DateTimeFormat(language(), options).format(new Date(at)).replace(" de ", "/").replace(".", "");
  }

  function shared(view) {
    return {
      animation: false,
      backgroundColor: "transparent",
      textStyle: { fontFamily: view.colours.font, color: view.colours.text, fontSize: 13 },
      aria: { enabled: true, label: { description: view.description } },
      color: ["c1", "c2", "c3", "c4", "c5", "c6"].map(function (name) { return view.colours[name]; })
    };
  }

  function tooltip(view, formatter, trigger) {
    return {
      trigger: trigger || "axis", renderMode: "richText", confine: true, formatter: formatter,
      backgroundColor: view.colours.surface, borderColor: view.colours.border, borderWidth: 1,
      textStyle: { color: view.colours.text, fontFamily: view.colours.font, fontSize: 13 },
      axisPointer: { type: view.kind === "line" ? "line" : "shadow", animation: false,
        lineStyle: { color: view.colours.muted }, shadowStyle: { color: view.colours.band, opacity: 0.35 } }
    };
  }

  function legend(view, names, top) {
    return { data: names, top: top || 0, left: 0, icon: "roundRect", itemWidth: 22, itemHeight: 12, itemGap: 14,
      selectedMode: false, inactiveColor: view.colours.muted,
      textStyle: { color: view.colours.text, fontFamily: view.colours.font, fontSize: 13 } };
  }

  function valueAxis(view, extra) {
    return Object.assign({
      type: "value", axisLine: { show: false }, axisTick: { show: false },
      axisLabel: { color: view.colours.muted, formatter: view.format.axis, hideOverlap: true },
      splitLine: { lineStyle: { color: view.colours.border, type: [2, 4] } }
    }, extra || {});
  }

  function categoryAxis(view, names, extra) {
    return Object.assign({
      type: "category", data: names, axisTick: { show: false },
      axisLine: { lineStyle: { color: view.colours.border } },
      axisLabel: { color: view.colours.muted, hideOverlap: true }
    }, extra || {});
  }

  /* ---- lines over time, deposits on a grid of their own ---- */
  function line(view) {
    var data = view.data, tones = ["c1", "c2", "c3", "c4", "c5", "c6"], moves = data.moves || [];
    var moneyText = formats(view.hidden ? "hidden" : data.movesFormat || "brl");
    var right = view.width < NARROW ? 14 : 120, under = moves.length ? 74 : 30;
    var series = data.series.map(function (one, place) {
      var dash = DASHES[one.style || "solid"], tone = view.colours[one.colour || tones[place % 6]];
      return {
        name: one.name, type: "line", showSymbol: false, sampling: "lttb", connectNulls: false, z: 10 - place,
        data: data.dates.map(function (day, at) { return [dayInstant(day), numeric(one.values[at])]; }),
        lineStyle: { width: place ? 1.75 : 2.5, type: dash, color: tone }, itemStyle: { color: tone },
        emphasis: { disabled: true },
        endLabel: { show: view.width >= NARROW, formatter: "{a}", color: view.colours.text, distance: 6, width: right - 12,
          overflow: "truncate" },
        markLine: place ? undefined : { silent: true, symbol: "none", label: { show: false }, data: [{ yAxis: 0 }],
          lineStyle: { color: view.colours.muted, type: "solid", width: 1 } }
      };
    });
    var left = 58, grids = [{ left: left, right: right, top: 34, bottom: under }];
    var time = { type: "time", min: dayInstant(data.dates[0]), max: dayInstant(data.dates[data.dates.length - 1]),
      axisLine: { lineStyle: { color: view.colours.border } },
      axisLabel: { color: view.colours.muted, hideOverlap: true, formatter: axisDay(data.dates) },
      splitLine: { show: false } };
    var x = [time], y = [valueAxis(view, { scale: false })];
    if (moves.length) {
      grids.push({ left: left, right: right, bottom: 6, height: 26 });
      x.push({ type: "time", gridIndex: 1, min: time.min, max: time.max, show: false });
      y.push({ type: "value", gridIndex: 1, min: -1, max: 1, show: false });
      series.push(movesSeries(view, moves, data.movesName));
    }
    return Object.assign(shared(view), {
      legend: legend(view, data.series.map(function (one) { return one.name; })),
      grid: grids, xAxis: x, yAxis: y, series: series, axisPointer: { link: [{ xAxisIndex: "all" }] },
      tooltip: tooltip(view, lineTooltip(view, moves, moneyText, data.movesName))
    });
  }

  function axisDay(dates) {
    var days = (dayInstant(dates[dates.length - 1]) - dayInstant(dates[0])) / 864e5;
    var options = days > 92 ? { month: "short", year: "2-digit" } : { day: "2-digit", month: "2-digit" };
    var one = new Intl.DateTimeFormat(language(), Object.assign({ timeZone: "UTC" }, options));
    return function (value) { return one.format(new Date(value)).replace(" de ", "/").replace(".", ""); };
  }

  function movesSeries(view, moves, name) {
    return {
      name: name || "", type: "scatter", xAxisIndex: 1, yAxisIndex: 1, cursor: "default",
      data: moves.map(function (one) {
        var amount = numeric(one.amount), tone = amount > 0 ? view.colours.c1 : view.colours.warn;
        return { value: [dayInstant(one.day), 0], symbol: "triangle", symbolRotate: amount > 0 ? 0 : 180,
          symbolSize: 10, itemStyle: { color: amount > 0 ? tone : view.colours.surface, borderColor: tone,
            borderWidth: 1.5 } };
      }),
      emphasis: { disabled: true }
    };
  }

  function lineTooltip(view, moves, money, movesName) {
    return function (points) {
      var list = Array.isArray(points) ? points : [points];
      if (!list.length) { return ""; }
      var at = list[0].value[0], rows = [dayText(at)], known = view.data.series.map(function (one) { return one.name; });
      list.forEach(function (point) {
        if (known.indexOf(point.seriesName) < 0) { return; }
        var value = point.value[1];
        rows.push(point.seriesName + ": " + (value === null ? view.missing : view.format.full(value)));
      });
      moves.forEach(function (one) {
        var amount = numeric(one.amount);
        if (dayInstant(one.day) === at) {
          rows.push((amount > 0 ? "\u25B2 " : "\u25BC ") + (movesName || "") + ": " + money.signed(amount));
        }
      });
      return rows.join("\n");
    };
  }

  /* ---- stacked bars: one hue, how sure it is by the pattern ---- */
  function certainty(view, name) {
    var c = view.colours, diagonal = { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 5], rotation: -Math.PI / 4 };
    var dots = { symbol: "circle", symbolSize: 0.75, dashArrayX: [[6, 6], [0, 6, 6, 0]], dashArrayY: [6, 0] };
    return {
      received: { color: c.c1, decal: { symbol: "none" } },
      confirmed: { color: c.band, borderColor: c.c1, borderWidth: 1, decal: Object.assign({ color: c.c1 }, diagonal) },
      announced: { color: c.surface, borderColor: c.c1, borderWidth: 1, decal: Object.assign({ color: c.c1 }, dots) },
      estimated: { color: c.surface, borderColor: c.c1, borderWidth: 1, borderType: [4, 3], decal: { symbol: "none" } }
    }[name] || { color: c.c1 };
  }

  function stack(view) {
    var data = view.data, flipped = view.width < NARROW && data.categories.length > 12;
    var names = data.categories.map(function (one) { return monthText(one, false); });
    var series = data.series.map(function (one) {
      return {
        name: one.name, type: "bar", stack: "all", barMaxWidth: 36, barCategoryGap: "28%",
        itemStyle: certainty(view, one.certainty), emphasis: { disabled: true },
        data: one.values.map(function (value) { return numeric(value) || null; })
      };
    });
    var now = data.categories.indexOf(data.now);
    if (now >= 0 && series.length) {
      var at = flipped ? { yAxis: now } : { xAxis: now };
      series[0].markLine = { silent: true, symbol: "none", data: [at], animation: false,
        lineStyle: { color: view.colours.muted, type: [3, 3], width: 1 },
        label: { show: !flipped, formatter: data.nowName || "", color: view.colours.muted, position: "end" } };
    }
    var months = categoryAxis(view, names, flipped ? { inverse: true, axisLabel: { interval: 0,
      color: view.colours.muted } } : {}), values = valueAxis(view);
    return Object.assign(shared(view), {
      legend: legend(view, data.series.map(function (one) { return one.name; })),
      grid: { left: 8, right: 16, top: view.width < NARROW ? 62 : 52, bottom: 8, containLabel: true },
      xAxis: flipped ? values : months, yAxis: flipped ? months : values, series: series,
      tooltip: tooltip(view, stackTooltip(view))
    });
  }

  function stackTooltip(view) {
    var data = view.data;
    return function (points) {
      var list = Array.isArray(points) ? points : [points];
      if (!list.length) { return ""; }
      var at = list[0].dataIndex, rows = [monthText(data.categories[at], true)];
      data.series.forEach(function (one) {
        var value = numeric(one.values[at]);
        if (value) { rows.push(one.name + ": " + view.format.full(value)); }
      });
      var total = data.totals ? numeric(data.totals[at]) : null;
      if (total !== null) { rows.push((data.totalName || "") + ": " + view.format.full(total)); }
      return rows.join("\n");
    };
  }

  /* ---- waterfall: bars on an invisible base; below zero the two sides are drawn apart ---- */
  function waterfall(view) {
    var steps = view.data.steps, flipped = view.width < NARROW, c = view.colours;
    var names = steps.map(function (one) { return one.name; }), running = 0, low = [], high = [];
    steps.forEach(function (one) {
      var value = numeric(one.value) || 0, from = one.kind === "total" ? 0 : running, to = from + value;
      low.push(Math.min(from, to));
      high.push(Math.max(from, to));
      running = to;
    });
    function looks(one) {
      if (one.kind === "total") { return { color: c.c1, decal: { symbol: "none" } }; }
      if (one.kind === "flow") { return { color: c.band, borderColor: c.c1, borderWidth: 1, decal: { symbol: "none" } }; }
      if (numeric(one.value) >= 0) { return { color: c.gain, decal: { symbol: "none" } }; }
      return { color: c.surface, borderColor: c.loss, borderWidth: 1.5,
        decal: { symbol: "rect", color: c.loss, dashArrayX: [1, 0], dashArrayY: [3, 4], rotation: -Math.PI / 4 } };
    }
    function part(chosen, isBase) {
      return {
        type: "bar", stack: "steps", stackStrategy: "samesign", barMaxWidth: 46, barCategoryGap: "30%", silent: isBase,
        emphasis: { disabled: true }, itemStyle: isBase ? { color: "transparent" } : undefined,
        tooltip: { show: !isBase },
        data: steps.map(function (one, at) {
          var value = chosen(low[at], high[at]);
          return isBase ? value : { value: value, itemStyle: looks(one), label: stepLabel(view, one, at, low, high,
            value, flipped) };
        })
      };
    }
    var series = [
      part(function (from, to) { return from > 0 ? from : to < 0 ? to : 0; }, true),
      part(function (from, to) { return to > 0 ? to - Math.max(from, 0) : null; }, false),
      part(function (from, to) { return from < 0 ? from - Math.min(to, 0) : null; }, false)
    ];
    var labels = categoryAxis(view, names, { inverse: flipped, axisLabel: { interval: 0, color: c.text, fontSize: 13,
      width: flipped ? 104 : Math.max(44, (view.width - 80) / steps.length - 6), overflow: "break", hideOverlap: false } });
    var values = valueAxis(view);
    return Object.assign(shared(view), {
      grid: { left: 8, right: flipped ? 92 : 16, top: 26, bottom: 8, containLabel: true },
      xAxis: flipped ? values : labels, yAxis: flipped ? labels : values, series: series,
      tooltip: tooltip(view, function (point) {
        var one = steps[point.dataIndex];
        return one.name + ": " + (one.kind === "total" ? view.format.full : view.format.signed)(numeric(one.value));
      }, "item")
    });
  }

  function stepLabel(view, one, at, low, high, value, flipped) {
    var crosses = low[at] < 0 && high[at] > 0, told = numeric(one.value) || 0;
    var text = one.kind === "total" ? view.format.axis(told) : (told > 0 ? "+" : "") + view.format.axis(told);
    var isBelow = high[at] <= 0 && low[at] < 0;
    return {
      show: value !== null && !(crosses && value < 0), color: view.colours.text, fontSize: 13,
      position: flipped ? (isBelow ? "left" : "right") : (isBelow ? "bottom" : "top"), formatter: function () { return text; }
    };
  }

  var KINDS = { line: line, stack: stack, waterfall: waterfall };
  var waiting = window.matchMedia ? window.matchMedia("(prefers-color-scheme: dark)") : null;

  function localize() {
    if (!language().toLowerCase().startsWith("pt") || !window.echarts.registerLocale) { return "EN"; }
    var lang = language(), months = [], short = [];
    for (var month = 0; month < 12; month += 1) {
      var at = new Date(Date.UTC(2026, month, 15));
      months.push(new Intl.DateTimeFormat(lang, { month: "long", timeZone: "UTC" }).format(at));
      short.push(new Intl.DateTimeFormat(lang, { month: "short", timeZone: "UTC" }).format(at).replace(".", ""));
    }
    window.echarts.registerLocale("PT-br", { time: { month: months, monthAbbr: short,
      dayOfWeek: ["domingo", "segunda", "ter\u00e7a", "quarta", "quinta", "sexta", "s\u00e1bado"],
      dayOfWeekAbbr: ["dom", "seg", "ter", "qua", "qui", "sex", "s\u00e1b"] },
      legend: { selector: { all: "todas", inverse: "inverter" } },
      aria: { general: { withTitle: "{title}", withoutTitle: "" }, series: { single: { prefix: "", withName: "", withoutName: "" },
        multiple: { prefix: "", withName: "", withoutName: "", separator: { middle: "", end: "" } } },
        data: { allData: "", partialData: "", withName: "{name}: {value}", withoutName: "{value}",
          separator: { middle: ", ", end: "" } } } });
    return "PT-br";
  }

  class FChart extends HTMLElement {
    connectedCallback() {
      var block = this.querySelector('script[type="application/json"]');
      if (!block || !window.echarts || !KINDS[this.getAttribute("kind")]) { return; }
      try {
        this.data = JSON.parse(block.textContent);
      } catch (error) {
        this.setAttribute("data-state", "error");
        return;
      }
      this.place = document.createElement("div");
      this.place.className = "f-chart-place";
      this.place.style.height = (Number(this.getAttribute("height")) || 320) + "px";
      this.append(this.place);
      this.redraw = this.redraw.bind(this);
      this.sizes = new ResizeObserver(this.resized.bind(this));
      this.sizes.observe(this);
      this.themes = new MutationObserver(this.redraw);
      this.themes.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme", "data-colours", "lang"] });
      if (waiting) { waiting.addEventListener("change", this.redraw); }
      this.redraw();
    }

    disconnectedCallback() {
      if (this.sizes) { this.sizes.disconnect(); }
      if (this.themes) { this.themes.disconnect(); }
      if (waiting && this.redraw) { waiting.removeEventListener("change", this.redraw); }
      if (this.chart) { this.chart.dispose(); this.chart = null; }
      if (this.place) { this.place.remove(); this.place = null; }
      this.removeAttribute("data-state");
    }

    resized() {
      var wide = this.clientWidth;
      if (!this.chart || !this.place || wide === this.drawnWide || !wide) { return; }
      /* Past the edge between phone and desktop the picture is another one. */
      if ((wide < NARROW) !== (this.drawnWide < NARROW) || this.getAttribute("kind") === "waterfall") { this.redraw(); return; }
      this.drawnWide = wide;
      this.chart.resize();
      this.spreadEnds();
    }

    spreadEnds() {
      if (this.getAttribute("kind") !== "line" || this.clientWidth < NARROW) { return; }
      window.fielChartEnds(this.chart, 40, this.place.clientHeight - 40, this.data.series.length);
    }

    redraw() {
      if (!this.place || !this.clientWidth) { return; }
      if (this.chart) { this.chart.dispose(); }
      this.drawnWide = this.clientWidth;
      this.setAttribute("data-state", "drawing");
      this.chart = window.echarts.init(this.place, null, { renderer: "svg", locale: localize() });
      var format = this.getAttribute("format"), isHidden = this.hasAttribute("hidden-values"), self = this;
      var view = {
        kind: this.getAttribute("kind"), data: this.data, width: this.clientWidth, colours: colours(this),
        format: formats(isHidden && format === "brl" ? "hidden" : format), hidden: isHidden,
        description: this.getAttribute("description") || this.getAttribute("aria-label") || "",
        missing: this.getAttribute("missing") || "\u2014"
      };
      this.chart.on("finished", function () { self.setAttribute("data-state", "finished"); });
      this.chart.setOption(KINDS[view.kind](view));
      this.spreadEnds();
    }
  }

  if (!customElements.get("f-chart")) { customElements.define("f-chart", FChart); }
})();
