// This file walks through the recorded iterations of the embedding.

const frameTime = 450; // milliseconds an iteration is shown

function startDescent(state) {
  const { frames } = state.data;
  if (frames.length < 2) return;
  byId("descent").hidden = false;
  const slider = byId("iteration"), play = byId("play");
  slider.max = frames.length - 1;

  let timer = null;
  const stop = () => {
    clearInterval(timer);
    timer = null;
    play.textContent = "Play";
  };
  const update = () => {
    const { iteration, exaggeration, kl } = frames[state.frame];
    const text = `${iteration} of ${frames.at(-1).iteration}`;
    slider.value = state.frame;
    slider.setAttribute("aria-valuetext", text);
    byId("iteration-text").textContent = `${text} · exaggeration ${exaggeration.toPrecision(3)} · KL divergence ${kl.toFixed(4)} · each drawn as wide as the map`;
  };
  slider.addEventListener("input", () => {
    stop();
    state.setFrame(slider.valueAsNumber);
  });
  play.addEventListener("click", () => {
    if (timer) return stop();
    if (state.frame === frames.length - 1) state.setFrame(0);
    play.textContent = "Pause";
    timer = setInterval(() => {
      state.setFrame(state.frame + 1);
      if (state.frame === frames.length - 1) stop();
    }, frameTime);
  });
  state.on("frame", update);
  update();
}
