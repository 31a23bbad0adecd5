// This file draws the training curves, with other runs' band behind them.

// Curve is one chart: a measure by epoch, of training and validation.
class Curve {
  constructor(data, name, train, valid) {
    Object.assign(this, { data, name, train, valid });
    this.epochs = data.history[train].length;
    this.canvas = byId(name + "-curve");
    this.text = byId(name + "-text");
    this.chart = echarts.init(this.canvas, null, { renderer: "canvas" });
    this.epoch = this.epochs;
    this.canvas.addEventListener("pointermove", (event) => this.point(event));
    this.canvas.addEventListener("pointerdown", (event) => this.point(event));
    this.canvas.addEventListener("keydown", (event) => {
      const to = { ArrowLeft: this.epoch - 1, ArrowRight: this.epoch + 1, Home: 1, End: this.epochs }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      this.read(to);
    });
    new ResizeObserver(() => { if (this.canvas.clientWidth) this.chart.resize(); }).observe(this.canvas);
    this.draw();
  }

  point(event) {
    const x = this.chart.convertFromPixel({ xAxisIndex: 0 }, event.clientX - this.canvas.getBoundingClientRect().left);
    this.read(Math.round(x));
  }

  // read tells the values of an epoch.
  read(epoch) {
    this.epoch = Math.min(Math.max(epoch, 1), this.epochs);
    this.draw();
  }

  // band is two lines, the second stacked on the first and filled between.
  band(column, color) {
    const { low, high } = this.data;
    if (!low) return [];
    const common = { type: "line", stack: column, symbol: "none", silent: true, lineStyle: { opacity: 0 }, animation: false };
    const n = Math.min(low[column].length, this.epochs);
    const lows = low[column].slice(0, n);
    return [
      { ...common, data: lows.map((v, k) => [k + 1, v]) },
      { ...common, data: lows.map((v, k) => [k + 1, high[column][k] - v]), areaStyle: { color, opacity: .18 } },
    ];
  }

  line(column, color) {
    const points = this.data.history[column].map((v, k) => [k + 1, v]);
    return [
      { type: "line", data: points, symbol: "none", silent: true, lineStyle: { color, width: 2 }, animation: false },
      { type: "scatter", data: [points[this.epoch - 1]], symbolSize: 8, silent: true, itemStyle: { color }, animation: false },
    ];
  }

  draw() {
    const soft = theme.softColor;
    const axis = { axisLabel: { color: soft, fontSize: 12 }, axisLine: { lineStyle: { color: theme.lineColor } }, splitLine: { lineStyle: { color: theme.lineColor } }, axisTick: { show: false } };
    this.chart.setOption({
      animation: false,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      grid: { left: 4, right: 12, top: 12, bottom: 24, containLabel: true },
      xAxis: { ...axis, type: "value", min: 0, max: this.epochs, minInterval: 1, splitLine: { show: false }, name: "epoch", nameLocation: "middle", nameGap: 26, nameTextStyle: { color: soft, fontSize: 12 } },
      yAxis: { ...axis, type: "value", scale: true },
      series: [
        ...this.band(this.train, theme.accentColor), ...this.band(this.valid, theme.validationColor),
        ...this.line(this.train, theme.accentColor), ...this.line(this.valid, theme.validationColor),
      ],
    }, { replaceMerge: ["series"] });
    this.tell();
  }

  tell() {
    const k = this.epoch - 1;
    const value = (column) => {
      const { history, low, high } = this.data;
      const own = history[column][k].toFixed(4);
      return low && k < low[column].length ? `${own} (band ${low[column][k].toFixed(4)}–${high[column][k].toFixed(4)})` : own;
    };
    this.text.textContent = `Epoch ${this.epoch}: training ${value(this.train)}, validation ${value(this.valid)}`;
  }
}

// startCurves draws both charts and returns what draws them again.
function startCurves(data) {
  if (!data.history) return () => {};
  const key = (text, color) => element("span", {}, dot(color), text);
  const keys = () => byId("curve-keys").replaceChildren(key("training", theme.accentColor), key("validation", theme.validationColor));
  const curves = [new Curve(data, "loss", "loss", "valLoss"), new Curve(data, "accuracy", "accuracy", "valAccuracy")];
  keys();
  return () => {
    keys();
    curves.forEach((c) => c.draw());
  };
}
