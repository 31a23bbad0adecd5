// This file moves the map: by mouse, touch, wheel, buttons and keys.

const reach = 18; // pixels from which a point is taken to be meant
const clickSlack = 5; // pixels that a pointer may move in a click

function startMapInput(map, state, tip) {
  const { canvas } = map;
  const pointers = new Map();
  let moved = 0; // pixels since the first pointer came down

  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const hover = (i) => {
    if (i === map.hover) return;
    map.hover = i;
    map.draw();
    tip.show(i);
  };

  canvas.addEventListener("pointerdown", (event) => {
    if (!pointers.size) moved = 0;
    pointers.set(event.pointerId, place(event));
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    const [px, py] = place(event);
    const before = pointers.get(event.pointerId);
    if (!before) return hover(map.nearest(px, py, reach));
    const others = [...pointers].filter(([id]) => id !== event.pointerId);
    moved += Math.hypot(px - before[0], py - before[1]);
    pointers.set(event.pointerId, [px, py]);
    if (moved <= clickSlack) return;
    canvas.classList.add("dragged");
    hover(-1);
    map.pan((px - before[0]) / pointers.size, (py - before[1]) / pointers.size);
    if (others.length) { // two fingers pinch
      const [ox, oy] = others[0][1];
      map.zoom(Math.hypot(px - ox, py - oy) / Math.max(Math.hypot(before[0] - ox, before[1] - oy), 1), (px + ox) / 2, (py + oy) / 2);
    }
  });
  const release = (event) => {
    if (!pointers.delete(event.pointerId) || pointers.size) return;
    canvas.classList.remove("dragged");
    if (event.type !== "pointerup" || moved > clickSlack) return;
    const i = map.nearest(...place(event), reach);
    hover(i);
    if (i >= 0) state.choose(i);
  };
  canvas.addEventListener("pointerup", release);
  canvas.addEventListener("pointercancel", release);
  canvas.addEventListener("pointerleave", (event) => { if (!pointers.size && event.pointerType !== "touch") hover(-1); });
  canvas.addEventListener("blur", () => hover(-1));
  canvas.addEventListener("dblclick", (event) => map.zoom(2, ...place(event)));

  // The wheel scrolls the page until the map has been asked for.
  let hintTimer;
  canvas.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey && document.activeElement !== canvas) {
      byId("hint").hidden = false;
      clearTimeout(hintTimer);
      hintTimer = setTimeout(() => { byId("hint").hidden = true; }, 1500);
      return;
    }
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 30 : 1;
    map.zoom(Math.exp(-event.deltaY * lines * .0022), ...place(event));
  }, { passive: false });

  byId("zoom-in").addEventListener("click", () => map.zoom(1.6));
  byId("zoom-out").addEventListener("click", () => map.zoom(1 / 1.6));
  byId("zoom-all").addEventListener("click", () => map.fit());

  const directions = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  const keys = {
    "+": () => map.zoom(1.3, ...map.pixel(state.chosen)),
    "-": () => map.zoom(1 / 1.3, ...map.pixel(state.chosen)),
    0: () => map.fit(),
    a: () => state.setEnd("a", state.chosen),
    b: () => state.setEnd("b", state.chosen),
    Escape: () => hover(-1),
  };
  keys["="] = keys["+"];
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const direction = directions[event.key];
    const key = keys[event.key] ?? keys[event.key.toLowerCase()];
    if (!direction && !key) return;
    event.preventDefault();
    if (!direction) return key();
    const [dx, dy] = direction;
    if (event.shiftKey) return map.pan(-60 * dx, 60 * dy);
    const i = map.next(state.chosen, dx, dy);
    state.choose(i);
    map.show(i);
    hover(i);
  });
}
