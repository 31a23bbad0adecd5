// This file holds what the parts of the page share: which point is chosen, which
// are the ends of the line, which classes are shown, and which iteration.

// State tells its listeners what has changed: "chosen", "ends", "classes",
// "frame" or "images".
class State extends EventTarget {
  constructor(data) {
    super();
    this.data = data;
    this.chosen = 0;
    this.ends = { a: 0, b: 0 };
    this.shown = data.classes.map(() => true);
    this.frame = data.frames.length - 1;
  }

  tell(what) {
    this.dispatchEvent(new Event(what));
  }

  on(what, listener) {
    this.addEventListener(what, listener);
  }

  choose(i) {
    this.chosen = i;
    this.tell("chosen");
  }

  setEnd(end, i) {
    this.ends[end] = i;
    this.tell("ends");
  }

  setShown(shown) {
    this.shown = shown;
    this.tell("classes");
  }

  setFrame(k) {
    this.frame = k;
    this.tell("frame");
  }

  // visible reports whether a point's class is shown.
  visible(i) {
    return this.shown[this.data.labels[i]];
  }
}
