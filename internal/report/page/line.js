// This file walks the straight line between the codes of two images.

const stripSteps = 10; // the strip below shows every tenth of the way

// between returns the code that lies t of the way from a to b.
const between = (a, b, t) => a.map((v, k) => v + t * (b[k] - v));

function startLine(state, painter, decoder) {
  const { data } = state;
  const slider = byId("along");
  const steps = Array.from({ length: stripSteps + 1 }, (_, k) => {
    const percent = 100 * k / stripSteps;
    const button = element("button", { type: "button", "aria-label": `${percent}% of the way` }, element("canvas"));
    button.addEventListener("click", () => {
      slider.value = percent;
      walk();
    });
    return { button, percent, canvas: button.firstChild };
  });
  byId("strip").append(...steps.map(({ button }) => button));

  const codeAt = (t) => between(data.codeOf(state.ends.a), data.codeOf(state.ends.b), t);
  const walk = () => {
    const percent = slider.valueAsNumber;
    painter.draw(byId("step"), decoder.decode(codeAt(percent / 100)));
    byId("along-text").textContent = `${percent}% of the way from A to B`;
    for (const s of steps) s.button.setAttribute("aria-current", s.percent === percent);
  };
  const update = () => {
    for (const end of ["a", "b"]) {
      const i = state.ends[end];
      painter.draw(byId("image-" + end), data.image(i), 255);
      byId("number-" + end).value = i;
      byId("name-" + end).textContent = data.className(i);
    }
    for (const s of steps) painter.draw(s.canvas, decoder.decode(codeAt(s.percent / 100)));
    walk();
  };

  slider.addEventListener("input", walk);
  for (const end of ["a", "b"]) {
    const number = byId("number-" + end);
    number.max = data.count - 1;
    number.addEventListener("change", () => {
      const i = number.valueAsNumber;
      if (Number.isInteger(i) && i >= 0 && i < data.count) state.setEnd(end, i);
      else number.value = state.ends[end];
    });
  }
  state.on("ends", update);
  state.on("images", update);
  update();
}
