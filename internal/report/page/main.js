// This file starts the page.

// report is what the page consists of, for who looks at it from a console.
const report = {};

async function start() {
  const data = await ReportData.read();
  const decoder = new Decoder(data.units, data.layers, data.weights);
  const painter = new Painter(data.side);
  const state = new State(data);
  // The line goes between two images of different classes, if there are any.
  state.ends.b = Math.max(Array.from(data.labels).findIndex((label) => label !== data.labels[0]), 0);

  let curvesAgain = () => {};
  theme.start(() => {
    painter.repaint();
    map.draw();
    curvesAgain();
  });
  const map = new PointMap(byId("canvas"), state, painter);
  const tip = new Tip(map, state, painter, decoder);
  startMapInput(map, state, tip);
  startLegend(state);
  startInspector(map, state, painter, decoder);
  startDescent(state);
  startLine(state, painter, decoder);
  startUnits(state, painter, decoder);
  curvesAgain = startCurves(data);
  startGallery(map, state, painter, decoder);
  Object.assign(report, { data, decoder, state, map });
  map.drawNow();
  performance.mark("interactive");

  await data.readImages();
  state.tell("images");
  performance.mark("ready");
  report.ready = true;
}

start().catch((error) => {
  byId("failure").textContent = `This page could not be set up: ${error.message}`;
  byId("failure").hidden = false;
  throw error;
});
