// This file holds the sliders of the code, one a unit, and the image that the
// decoder makes of them.

const bins = 32; // of the histogram behind a slider

// Unit is what all images' codes say of one unit: range, mean and histogram.
function unitOf(data, u) {
  let low = 0, high = 0, sum = 0;
  for (let i = u; i < data.codes.length; i += data.units) {
    low = Math.min(low, data.codes[i]);
    high = Math.max(high, data.codes[i]);
    sum += data.codes[i];
  }
  const width = (high - low) / bins || 1;
  const counts = new Array(bins).fill(0);
  for (let i = u; i < data.codes.length; i += data.units) counts[Math.min(Math.floor((data.codes[i] - low) / width), bins - 1)]++;
  return { low, high: low + bins * width, mean: sum / data.count, counts };
}

// histogram draws counts as one filled path.
function histogram(counts) {
  const top = Math.max(...counts);
  const bars = counts.map((c, k) => `M${k} 20v${-20 * c / top}h1v${20 * c / top}z`).join("");
  return element("svg", { viewBox: `0 0 ${bins} 20`, preserveAspectRatio: "none", "aria-hidden": "true" }, element("path", { d: bars }));
}

function startUnits(state, painter, decoder) {
  const { data } = state;
  const code = new Float32Array(data.units);
  const rows = Array.from(code, (_, u) => {
    const unit = unitOf(data, u);
    const slider = element("input", { type: "range", id: "unit-" + u, min: unit.low, max: unit.high, step: "any" });
    const output = element("output", { for: "unit-" + u });
    const row = element("div", { class: "unit" }, element("label", { for: "unit-" + u }, String(u)), element("div", {}, histogram(unit.counts), slider), output);
    slider.addEventListener("input", () => {
      code[u] = slider.valueAsNumber;
      decode();
    });
    // "any" has no step for arrow keys.
    slider.addEventListener("keydown", (event) => {
      const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 }[event.key];
      if (!steps) return;
      event.preventDefault();
      slider.value = code[u] + steps * (unit.high - unit.low) / 100;
      code[u] = slider.valueAsNumber;
      decode();
    });
    return { unit, slider, output, row };
  });
  byId("units").append(...rows.map(({ row }) => row));

  // decode draws the code and says how far it is from the image's own.
  const decode = () => {
    const own = data.codeOf(state.chosen);
    painter.draw(byId("code-decoded"), decoder.decode(code));
    let square = 0, moved = 0;
    rows.forEach(({ slider, output, row }, u) => {
      const away = code[u] !== own[u];
      output.textContent = code[u].toFixed(2);
      slider.setAttribute("aria-valuetext", code[u].toFixed(2));
      row.classList.toggle("moved", away);
      moved += away;
      square += (code[u] - own[u]) ** 2;
    });
    byId("code-text").textContent = moved ? `${moved} of ${data.units} numbers moved, ${Math.sqrt(square).toFixed(2)} away from the image's code` : "The image's own code";
  };
  const set = (values) => {
    rows.forEach(({ slider }, u) => {
      code[u] = values(u);
      slider.value = code[u];
    });
    decode();
  };
  const reset = () => {
    painter.draw(byId("code-image"), data.image(state.chosen), 255);
    byId("code-name").textContent = `image ${state.chosen}, ${data.className(state.chosen)}`;
    set((u) => data.codeOf(state.chosen)[u]);
  };
  byId("code-reset").addEventListener("click", reset);
  byId("code-mean").addEventListener("click", () => set((u) => rows[u].unit.mean));
  byId("code-zero").addEventListener("click", () => set(() => 0));
  state.on("chosen", reset);
  state.on("images", reset);
  reset();
}
