// This file holds the colours in use: light or dark, by the system or the switch.

const theme = {
  ink: [0, 0, 0],

  // read takes the colours from the style sheet.
  read() {
    const style = getComputedStyle(document.documentElement);
    for (const name of ["ink", "paper", "panel", "soft", "line", "accent", "validation"]) {
      this[name + "Color"] = style.getPropertyValue("--" + name).trim();
    }
    this.ink = [1, 3, 5].map((at) => parseInt(this.inkColor.slice(at, at + 2), 16));
  },

  // start follows switch and system and calls changed after each change.
  start(changed) {
    const update = () => {
      this.read();
      changed();
    };
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", update);
    byId("theme").addEventListener("change", (event) => {
      document.documentElement.dataset.theme = event.target.value;
      update();
    });
    this.read();
  },
};
