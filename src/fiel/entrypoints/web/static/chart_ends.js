/* The names at the ends of lines, spread so that none lies on another: fielChartEnds(chart, height, names).
 *
 * ECharts moves end labels by no rule of layout, so the ends are looked up in pixels and each name gets an offset.
 * Names that touch become a block centred on where they would stand; a block never leaves the picture.
 */
(function () {
  "use strict";

  var LINE = 17;

  function lastPoint(data) {
    for (var at = data.length - 1; at >= 0; at -= 1) {
      if (data[at][1] !== null) { return data[at]; }
    }
    return null;
  }

  /* wanted: [{y}] sorted by y; answers the places in the same order. */
  function spread(wanted, low, high) {
    var blocks = [];
    wanted.forEach(function (y) {
      var block = { sum: y, count: 1, top: y };
      while (blocks.length && blocks[blocks.length - 1].top + blocks[blocks.length - 1].count * LINE > block.top) {
        var before = blocks.pop(), count = before.count + block.count;
        block = { sum: before.sum + block.sum, count: count, top: (before.sum + block.sum) / count - (count - 1) * LINE / 2 };
      }
      block.top = Math.max(low, Math.min(block.top, high - (block.count - 1) * LINE));
      blocks.push(block);
    });
    return blocks.reduce(function (all, block) {
      for (var at = 0; at < block.count; at += 1) { all.push(block.top + at * LINE); }
      return all;
    }, []);
  }

  window.fielChartEnds = function (chart, low, high, count) {
    var series = chart.getOption().series.slice(0, count), ends = [];
    series.forEach(function (one, place) {
      var point = lastPoint(one.data), pixel = point && chart.convertToPixel({ seriesIndex: place }, point);
      if (pixel) { ends.push({ place: place, y: pixel[1] }); }
    });
    ends.sort(function (one, other) { return one.y - other.y; });
    var places = spread(ends.map(function (end) { return end.y; }), low, high), moved = series.map(function () { return {}; });
    ends.forEach(function (end, at) { moved[end.place] = { endLabel: { offset: [0, places[at] - end.y] } }; });
    chart.setOption({ series: moved });
  };
  window.fielChartEnds.spread = spread;
})();
