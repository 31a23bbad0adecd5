// This file draws the map: the embedding as a scatter chart that is moved by a
// view of its own, so that both axes keep one scale.

const maxZoom = 400; // times the whole map
const imagePixels = 26; // a point's room on the screen from which its image is drawn

class PointMap {
  constructor(canvas, state, painter) {
    this.canvas = canvas;
    this.state = state;
    this.data = state.data;
    this.painter = painter;
    this.hover = -1;
    this.chart = echarts.init(canvas, null, { renderer: "canvas" });
    this.images = element("canvas", { class: "images" });
    canvas.append(this.images);
    this.members = this.data.classes.map((_, c) => this.membersOf(c));
    this.setFrame();
    state.on("classes", () => this.setPoints());
    state.on("frame", () => this.setFrame());
    state.on("chosen", () => this.draw());
    state.on("ends", () => this.draw());
    state.on("images", () => this.draw());
    new ResizeObserver(() => this.resize()).observe(canvas);
  }

  membersOf(c) {
    const members = [];
    this.data.labels.forEach((label, i) => { if (label === c) members.push(i); });
    return members;
  }

  // setFrame takes the positions of an iteration.
  setFrame() {
    this.places = this.data.frame(this.state.frame);
    this.index = null;
    // The points lie around the middle of the unit square and span one of its sides.
    let low = [1, 1], high = [0, 0];
    this.places.forEach((v, k) => {
      low[k % 2] = Math.min(low[k % 2], v);
      high[k % 2] = Math.max(high[k % 2], v);
    });
    this.spans = [high[0] - low[0], high[1] - low[1]];
    this.rescale();
    this.setPoints();
  }

  // setPoints gives the chart its points, a series a class.
  setPoints() {
    const { places } = this;
    const shown = [...this.members.keys()].filter((c) => this.state.shown[c] && this.members[c].length);
    this.series = shown.map((c) => {
      const members = this.members[c];
      const { name, color } = this.data.classes[c];
      const points = new Float32Array(2 * members.length);
      members.forEach((i, k) => {
        points[2 * k] = places[2 * i];
        points[2 * k + 1] = places[2 * i + 1];
      });
      return { id: "class-" + c, name, type: "scatter", data: points, dimensions: ["x", "y"], itemStyle: { color, opacity: .75 }, silent: true, large: true, largeThreshold: 0, progressive: 0, animation: false };
    });
    this.changed = true;
    this.draw();
  }

  // fit shows the whole map.
  fit() {
    this.view = { x: .5, y: .5, scale: this.whole };
    this.draw();
  }

  // rescale keeps the zoom when canvas or frame have changed.
  rescale() {
    const zoom = this.view ? this.whole / this.view.scale : 1;
    // Map units a pixel when all is shown, with a margin.
    this.whole = Math.max(this.spans[0] / (this.canvas.clientWidth - 56), this.spans[1] / (this.canvas.clientHeight - 56), 1e-9);
    this.view ??= { x: .5, y: .5 };
    this.view.scale = this.whole / zoom;
  }

  resize() {
    if (!this.canvas.clientWidth) return;
    this.rescale();
    this.chart.resize();
    this.draw();
  }

  // pixel returns where a point is on the canvas.
  pixel(i) {
    const { x, y, scale } = this.view;
    return [(this.places[2 * i] - x) / scale + this.canvas.clientWidth / 2, (y - this.places[2 * i + 1]) / scale + this.canvas.clientHeight / 2];
  }

  // zoom changes the scale and keeps what lies under a pixel there.
  zoom(factor, px = this.canvas.clientWidth / 2, py = this.canvas.clientHeight / 2) {
    const { view } = this;
    const scale = Math.min(Math.max(view.scale / factor, this.whole / maxZoom), this.whole * 1.5);
    const dx = px - this.canvas.clientWidth / 2, dy = py - this.canvas.clientHeight / 2;
    view.x += dx * (view.scale - scale);
    view.y -= dy * (view.scale - scale);
    view.scale = scale;
    this.draw();
  }

  pan(dx, dy) {
    const { view } = this;
    view.x = Math.min(Math.max(view.x - dx * view.scale, 0), 1);
    view.y = Math.min(Math.max(view.y + dy * view.scale, 0), 1);
    this.draw();
  }

  // show brings a point into the view, if it is not there.
  show(i) {
    const [px, py] = this.pixel(i);
    const margin = 24;
    if (px > margin && py > margin && px < this.canvas.clientWidth - margin && py < this.canvas.clientHeight - margin) return;
    this.view.x = this.places[2 * i];
    this.view.y = this.places[2 * i + 1];
    this.draw();
  }

  // draw draws at the browser's next frame.
  draw() {
    this.pending ??= requestAnimationFrame(() => {
      this.pending = null;
      this.drawNow();
    });
  }

  drawNow() {
    const { x, y, scale } = this.view;
    const w = this.canvas.clientWidth * scale / 2, h = this.canvas.clientHeight * scale / 2;
    const zoom = this.whole / scale;
    const size = Math.min(Math.max(300 / Math.sqrt(this.data.count), 1.6), 8) * Math.min(Math.sqrt(zoom), 2.4);
    const series = this.changed ? this.series : this.series.map(({ id }) => ({ id }));
    for (const s of series) s.symbolSize = size;
    const axis = { type: "value", show: false };
    this.chart.setOption({
      animation: false,
      grid: { left: 0, right: 0, top: 0, bottom: 0 },
      xAxis: { ...axis, min: x - w, max: x + w },
      yAxis: { ...axis, min: y - h, max: y + h },
      series: [...series, this.marks()],
    }, this.changed ? { replaceMerge: ["series"] } : {});
    this.changed = false;
    this.canvas.classList.toggle("zoomed", zoom > 1.01);
    this.drawImages();
    this.onDraw?.();
  }

  // marks are rings around the chosen point and the one under the pointer, and
  // the letters of the line's ends.
  marks() {
    const { state } = this;
    const ring = (i, size, color, width, label) => ({
      value: [this.places[2 * i], this.places[2 * i + 1]], symbolSize: size,
      itemStyle: { color: label ? color : "transparent", borderColor: label ? theme.panelColor : color, borderWidth: width },
      label: { show: Boolean(label), formatter: label ?? "", color: theme.panelColor, fontWeight: 700, fontSize: 11, position: "inside" },
    });
    const data = [ring(state.ends.a, 19, theme.accentColor, 2, "A"), ring(state.ends.b, 19, theme.accentColor, 2, "B")];
    if (this.hover >= 0) data.push(ring(this.hover, 16, theme.softColor, 2));
    data.push(ring(state.chosen, 18, theme.inkColor, 2.5));
    return { id: "marks", type: "scatter", z: 5, silent: true, animation: false, data };
  }

  // drawImages draws the points in view as their images where there is room.
  drawImages() {
    const { clientWidth: w, clientHeight: h } = this.canvas;
    const ratio = devicePixelRatio;
    this.images.width = w * ratio;
    this.images.height = h * ratio;
    this.images.hidden = true;
    if (!this.data.images) return;
    const seen = [];
    const most = w * h / (imagePixels * imagePixels) / 2;
    for (let i = 0; i < this.data.count; i++) {
      if (!this.state.visible(i)) continue;
      const [px, py] = this.pixel(i);
      if (px < 0 || py < 0 || px > w || py > h) continue;
      if (seen.length >= most) return; // points will do
      seen.push([i, px, py]);
    }
    const zoom = this.whole / this.view.scale;
    if (zoom < 4 && seen.length > 60) return;
    this.images.hidden = false;
    const context = this.images.getContext("2d");
    context.scale(ratio, ratio);
    context.imageSmoothingEnabled = false;
    const half = this.data.side / 2;
    this.sprite ??= element("canvas");
    const marked = ([i]) => i === this.hover || i === this.state.chosen;
    seen.sort((a, b) => marked(a) - marked(b)); // on top
    for (const [i, px, py] of seen) {
      this.painter.draw(this.sprite, this.data.image(i), 255);
      context.fillStyle = theme.panelColor;
      context.strokeStyle = i === this.state.chosen ? theme.inkColor : this.data.classes[this.data.labels[i]].color;
      context.lineWidth = marked([i]) ? 3 : 1.5;
      context.beginPath();
      context.roundRect(px - half - 2, py - half - 2, 2 * half + 4, 2 * half + 4, 4);
      context.fill();
      context.stroke();
      context.drawImage(this.sprite, px - half, py - half);
    }
  }

  // nearest returns the visible point nearest to a pixel, or -1 if none is within
  // reach pixels.
  nearest(px, py, reach) {
    this.index ??= new Grid(this.places);
    const { x, y, scale } = this.view;
    const mx = x + (px - this.canvas.clientWidth / 2) * scale, my = y - (py - this.canvas.clientHeight / 2) * scale;
    return this.index.nearest(mx, my, reach * scale, (i) => this.state.visible(i));
  }

  // neighbors returns the k visible points nearest to point i, nearest first.
  neighbors(i, k) {
    const distance = (j) => (this.places[2 * j] - this.places[2 * i]) ** 2 + (this.places[2 * j + 1] - this.places[2 * i + 1]) ** 2;
    const near = [];
    for (let j = 0; j < this.data.count; j++) {
      if (j === i || !this.state.visible(j)) continue;
      const d = distance(j);
      if (near.length === k && d >= near[k - 1].d) continue;
      const at = near.findIndex((n) => n.d > d);
      near.splice(at < 0 ? near.length : at, 0, { j, d });
      near.length = Math.min(near.length, k);
    }
    return near.map(({ j }) => j);
  }

  // next returns the visible point that is nearest to point i in a direction, or
  // i if there is none: at most 45 degrees off it.
  next(i, dx, dy) {
    let best = i, shortest = Infinity;
    for (let j = 0; j < this.data.count; j++) {
      if (!this.state.visible(j)) continue;
      const x = this.places[2 * j] - this.places[2 * i], y = this.places[2 * j + 1] - this.places[2 * i + 1];
      const along = x * dx + y * dy, aside = Math.abs(x * dy - y * dx);
      if (along > 0 && aside <= along && x * x + y * y < shortest) {
        shortest = x * x + y * y;
        best = j;
      }
    }
    return best;
  }
}

// Grid finds near points: it sorts them into the cells of a lattice.
class Grid {
  constructor(places) {
    this.places = places;
    this.side = 128;
    const cells = this.cells = Array.from({ length: this.side * this.side }, () => []);
    for (let i = 0; i < places.length / 2; i++) cells[this.cell(places[2 * i + 1]) * this.side + this.cell(places[2 * i])].push(i);
  }

  cell(v) {
    return Math.min(Math.max(Math.floor(v * this.side), 0), this.side - 1);
  }

  nearest(x, y, reach, accept) {
    let best = -1, shortest = reach * reach;
    for (let row = this.cell(y - reach); row <= this.cell(y + reach); row++) {
      for (let column = this.cell(x - reach); column <= this.cell(x + reach); column++) {
        for (const i of this.cells[row * this.side + column]) {
          const distance = (this.places[2 * i] - x) ** 2 + (this.places[2 * i + 1] - y) ** 2;
          if (distance <= shortest && accept(i)) {
            shortest = distance;
            best = i;
          }
        }
      }
    }
    return best;
  }
}
