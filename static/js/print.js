// A sheet can be printed from the browser's menu; where scripts run, a button does it too.
const place = document.querySelector("[data-print]");
if (place) {
  place.hidden = false;
  place.querySelector("button").addEventListener("click", () => print());
}
