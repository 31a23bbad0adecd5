// This file is the legend: a button a class, which shows or hides it.

function startLegend(state) {
  const { data } = state;
  const legend = byId("legend");
  const counts = data.classes.map(() => 0);
  for (const label of data.labels) counts[label]++;

  const buttons = data.classes.map(({ name, color }, c) => {
    const button = element("button", { type: "button" }, dot(color), name, element("small", {}, grouped(counts[c])));
    button.addEventListener("click", () => state.setShown(state.shown.map((shown, k) => k === c ? !shown : shown)));
    button.addEventListener("dblclick", () => state.setShown(state.shown.map((_, k) => k === c)));
    button.title = "Double click: this class alone";
    return button;
  });
  const all = element("button", { type: "button", class: "all" }, "All");
  const none = element("button", { type: "button", class: "all" }, "None");
  all.addEventListener("click", () => state.setShown(state.shown.map(() => true)));
  none.addEventListener("click", () => state.setShown(state.shown.map(() => false)));
  legend.append(...buttons, all, none);

  const update = () => buttons.forEach((b, c) => b.setAttribute("aria-pressed", state.shown[c]));
  state.on("classes", update);
  update();
}
