// This file shows the images with the lowest and the highest loss, of all and
// class by class.

const galleryCount = 12;

function startGallery(map, state, painter, decoder) {
  const { data } = state;
  const order = Array.from(data.losses.keys()).sort((i, j) => data.losses[i] - data.losses[j] || i - j);
  const byClass = data.classes.map((_, c) => order.filter((i) => data.labels[i] === c));

  const choose = (i) => {
    if (!state.visible(i)) state.setShown(state.shown.map((shown, c) => shown || c === data.labels[i]));
    state.choose(i);
    map.show(i);
  };
  const button = (i, ...content) => {
    const b = element("button", { type: "button", "aria-label": `Image ${i}, ${data.className(i)}, loss ${data.losses[i].toFixed(3)}` }, ...content);
    b.addEventListener("click", () => choose(i));
    return b;
  };
  const pair = (i) => {
    const image = element("canvas"), reconstruction = element("canvas");
    painter.draw(image, data.image(i), 255);
    painter.draw(reconstruction, decoder.decode(data.codeOf(i)));
    return button(i, image, reconstruction, element("span", {}, data.losses[i].toFixed(3)), element("span", {}, "№ " + i));
  };
  const single = (i) => {
    const image = element("canvas");
    painter.draw(image, data.image(i), 255);
    return button(i, image);
  };

  const select = byId("gallery-class");
  select.append(element("option", { value: -1 }, "All classes"), ...data.classes.map(({ name }, c) => element("option", { value: c }, name)));
  const show = () => {
    const c = Number(select.value);
    const list = c < 0 ? order : byClass[c];
    byId("best").replaceChildren(...list.slice(0, galleryCount).map(pair));
    byId("worst").replaceChildren(...list.slice(-galleryCount).reverse().map(pair));
  };
  select.addEventListener("change", show);

  const mean = (list) => list.reduce((sum, i) => sum + data.losses[i], 0) / list.length;
  const highest = Math.max(...byClass.filter((l) => l.length).map(mean)) || 1;
  const row = (list, c) => {
    const cell = (...content) => element("td", {}, ...content);
    if (!list.length) return [];
    const loss = mean(list);
    const bar = element("svg", { width: "100%", height: 8, "aria-hidden": "true" }, element("rect", { width: `${100 * loss / highest}%`, height: 8, rx: 2 }));
    const barCell = element("td", { class: "barcell" }, bar);
    return element("tr", {}, cell(dot(data.classes[c].color), element("span", {}, data.classes[c].name)), cell(grouped(list.length)), cell(loss.toFixed(4)), barCell, cell(single(list[0])), cell(single(list.at(-1))));
  };
  const all = () => {
    show();
    byId("by-class").tBodies[0].replaceChildren(...byClass.flatMap(row));
  };
  state.on("images", all);
  all();
}
