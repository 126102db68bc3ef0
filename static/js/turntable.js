// Turns one of the goods: by the slider, its arrow keys, or by dragging the picture. Without this its first picture stands still.
const STEP = 14; // pixels of dragging from one picture to the next

function start(figure) {
  const addresses = figure.dataset.turntable.split(" ");
  const [source, picture, turn, slider] = ["source", "img", ".turntable__turn", "input"].map((what) => figure.querySelector(what));
  const count = addresses.length;
  let kept = [];

  // The pictures are fetched when somebody reaches for them, not before.
  const fetchAll = () => {
    if (kept.length) return;
    kept = addresses.map((address) => {
      const image = new Image();
      image.src = address;
      return image;
    });
  };

  const show = (wanted) => {
    fetchAll();
    const k = ((wanted % count) + count) % count;
    slider.value = k;
    slider.setAttribute("aria-valuetext", `${Math.round((k * 360) / count)}°`);
    // A picture that has not come yet is left out: the last one stays.
    if (kept[k].complete || k === 0) source.srcset = addresses[k];
    else kept[k].onload = () => Number(slider.value) === k && (source.srcset = addresses[k]);
  };

  let from = null;
  picture.addEventListener("pointerdown", (event) => {
    from = { x: event.clientX, k: Number(slider.value) };
    picture.setPointerCapture(event.pointerId);
    fetchAll();
  });
  picture.addEventListener("pointermove", (event) => {
    if (from) show(from.k + Math.round((event.clientX - from.x) / STEP));
  });
  for (const end of ["pointerup", "pointercancel"]) picture.addEventListener(end, () => (from = null));
  figure.addEventListener("pointerenter", fetchAll, { once: true });
  slider.addEventListener("focus", fetchAll, { once: true });
  slider.addEventListener("input", () => show(Number(slider.value)));
  slider.setAttribute("aria-valuetext", "0°");
  figure.classList.add("turntable--turns");
  turn.hidden = false;
}

// A browser that shows the other format would not show these either.
export function turntable(figure) {
  const picture = figure.querySelector("img");
  const begin = () => picture.currentSrc.endsWith(".avif") && start(figure);
  if (picture.complete && picture.currentSrc) begin();
  else picture.addEventListener("load", begin, { once: true });
}
