// This file shows single points: the tip beside the pointer, and the panel of
// the chosen one.

const nearCount = 10; // neighbours of the chosen point that are shown

// Tip is the small window beside the point under the pointer.
class Tip {
  constructor(map, state, painter, decoder) {
    Object.assign(this, { map, data: state.data, painter, decoder, window: byId("tip") });
    [this.image, this.reconstruction] = this.window.querySelectorAll("canvas");
    this.text = this.window.querySelector("p");
    map.onDraw = () => this.place();
  }

  // show shows point i, or nothing for -1.
  show(i) {
    this.window.hidden = i < 0;
    if (i < 0) return;
    const { data } = this;
    this.painter.draw(this.image, data.image(i), 255);
    this.painter.draw(this.reconstruction, this.decoder.decode(data.codeOf(i)));
    this.text.replaceChildren(element("b", {}, data.className(i)), ` · image ${i} · loss ${data.losses[i].toFixed(3)}`);
    this.place();
  }

  // place puts the window beside its point, inside the map.
  place() {
    const { map } = this;
    if (map.hover < 0) return;
    const [px, py] = map.pixel(map.hover);
    const { offsetWidth: w, offsetHeight: h } = this.window;
    const { clientWidth, clientHeight } = map.canvas;
    const x = px + 18 + w < clientWidth ? px + 18 : px - 18 - w;
    const y = Math.min(Math.max(py - h / 2, 8), clientHeight - h - 8);
    this.window.style.transform = `translate(${Math.max(x, 4)}px, ${y}px)`;
  }
}

// facts fills a list of names and values.
function facts(list, pairs) {
  list.replaceChildren(...pairs.map(([name, ...value]) => element("div", {}, element("dt", {}, name), element("dd", {}, ...value))));
}

function startInspector(map, state, painter, decoder) {
  const { data } = state;
  const number = byId("number");
  number.max = data.count - 1;

  const update = () => {
    const i = state.chosen;
    const image = data.image(i), reconstruction = decoder.decode(data.codeOf(i));
    painter.draw(byId("chosen-image"), image, 255);
    painter.draw(byId("chosen-reconstruction"), reconstruction);
    painter.draw(byId("chosen-difference"), reconstruction.map((p, k) => data.images ? Math.abs(p - image[k] / 255) : 0));
    facts(byId("chosen-facts"), [
      ["Number", grouped(i)],
      ["Class", dot(data.classes[data.labels[i]].color), " " + data.className(i)],
      ["Loss", data.losses[i].toFixed(4)],
      ["Better than", (100 * better(data.losses, i)).toFixed(0) + "% of all"],
    ]);
    number.value = i;
    byId("live").textContent = `Image ${i}, ${data.className(i)}, loss ${data.losses[i].toFixed(3)}`;
  };
  const updateNear = () => {
    byId("near").replaceChildren(...map.neighbors(state.chosen, nearCount).map((j) => {
      const canvas = element("canvas");
      painter.draw(canvas, data.image(j), 255);
      const button = element("button", { type: "button", "aria-label": `Image ${j}, ${data.className(j)}`, title: `${j}, ${data.className(j)}` }, canvas);
      button.addEventListener("click", () => state.choose(j));
      return button;
    }));
  };
  for (const what of ["chosen", "images"]) state.on(what, update);
  for (const what of ["chosen", "images", "classes", "frame"]) state.on(what, updateNear);
  update();
  updateNear();

  byId("find").addEventListener("submit", (event) => {
    event.preventDefault();
    const i = number.valueAsNumber;
    if (!Number.isInteger(i) || i < 0 || i >= data.count) return;
    if (!state.visible(i)) state.setShown(state.shown.map((shown, c) => shown || c === data.labels[i]));
    state.choose(i);
    map.show(i);
  });
  byId("take-a").addEventListener("click", () => state.setEnd("a", state.chosen));
  byId("take-b").addEventListener("click", () => state.setEnd("b", state.chosen));
}

// better returns the share of images that lose more than image i.
function better(losses, i) {
  let more = 0;
  for (const loss of losses) if (loss > losses[i]) more++;
  return more / losses.length;
}
