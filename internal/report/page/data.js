// This file unpacks the data that the page carries.

// fromBase64 is the browser's own, which not all have yet, or a loop.
function fromBase64(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes;
}

// bytesOf returns the bytes of a packed array and frees its text.
async function bytesOf(name) {
  const element = document.getElementById("data-" + name);
  const text = element.textContent;
  element.remove();
  const stream = new Blob([fromBase64(text)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// floatsOf returns the float32 whose first bytes, second bytes and so on stand
// together.
function floatsOf(bytes) {
  const n = bytes.length / 4;
  const values = new DataView(new ArrayBuffer(bytes.length));
  for (let i = 0; i < n; i++) {
    values.setUint32(4 * i, (bytes[i] | bytes[n + i] << 8 | bytes[2 * n + i] << 16 | bytes[3 * n + i] << 24) >>> 0, true);
  }
  return new Float32Array(values.buffer); // browsers run on little-endian machines
}

// whenRead resolves when the browser has read the whole file.
const whenRead = () => document.readyState !== "loading" ? Promise.resolve()
  : new Promise((resolve) => document.addEventListener("DOMContentLoaded", resolve, { once: true }));

// ReportData holds the arrays. Images come last: until then image() is blank.
class ReportData {
  static async read() {
    const data = Object.assign(new ReportData(), JSON.parse(document.getElementById("manifest").textContent));
    const [positions, labels, weights, losses, codes] = await Promise.all(["positions", "labels", "weights", "losses", "codes"].map(bytesOf));
    data.positions = new Uint16Array(positions.buffer);
    data.labels = labels;
    data.weights = floatsOf(weights);
    data.losses = floatsOf(losses);
    data.codes = floatsOf(codes);
    data.pixels = data.side * data.side;
    data.blank = new Uint8Array(data.pixels);
    data.codeOf = (i) => data.codes.subarray(i * data.units, (i + 1) * data.units);
    return data;
  }

  async readImages() {
    await whenRead();
    this.images = await bytesOf("images");
  }

  image(i) {
    return this.images ? this.images.subarray(i * this.pixels, (i + 1) * this.pixels) : this.blank;
  }

  className(i) {
    return this.classes[this.labels[i]].name;
  }

  // frame returns the positions of all points after one of the recorded
  // iterations: x and y from 0 to 1, point by point.
  frame(k) {
    const places = new Float32Array(2 * this.count);
    const from = 2 * this.count * k;
    for (let i = 0; i < places.length; i++) places[i] = this.positions[from + i] / 65535;
    return places;
  }
}
