// This file draws images: ink on paper, in the page's own colours.

// Painter draws images of side x side pixels.
class Painter {
  constructor(side) {
    this.side = side;
    this.drawn = new Map(); // what each canvas shows, to draw it again in other colours
  }

  // draw shows pixels from 0 to top. The canvas keeps them as its alpha channel.
  draw(canvas, pixels, top = 1, ink = theme.ink) {
    if (canvas.width !== this.side) canvas.width = canvas.height = this.side;
    this.drawn.set(canvas, () => this.draw(canvas, pixels, top, ink === theme.ink ? undefined : ink));
    const picture = new ImageData(this.side, this.side);
    const [r, g, b] = ink;
    for (let i = 0; i < pixels.length; i++) {
      picture.data[4 * i] = r;
      picture.data[4 * i + 1] = g;
      picture.data[4 * i + 2] = b;
      picture.data[4 * i + 3] = Math.round(pixels[i] / top * 255);
    }
    canvas.getContext("2d").putImageData(picture, 0, 0);
  }

  // repaint draws all canvases again that are still in the page.
  repaint() {
    for (const [canvas, again] of [...this.drawn]) {
      if (canvas.isConnected) again();
      else this.drawn.delete(canvas);
    }
  }
}

// element makes an element with attributes, and text or children in it. Text
// stays text, whatever it holds.
function element(name, attributes = {}, ...content) {
  const svg = ["svg", "circle", "rect", "path"].includes(name);
  const e = svg ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) e.setAttribute(key, value);
  e.append(...content);
  return e;
}

// dot is a filled circle in a class's colour.
const dot = (color) => element("svg", { width: 10, height: 10, "aria-hidden": "true" }, element("circle", { cx: 5, cy: 5, r: 5, fill: color }));

const byId = (id) => document.getElementById(id);
const grouped = (n) => n.toLocaleString("en-US");
