// The price of what is chosen stands in the button, and the quantity field gets its minus and plus.
import "./quantity.js";

const place = document.querySelector("[data-add-price]");
const form = place?.closest("form");

function show() {
  const chosen = form.querySelector("input[name=sku]:checked");
  place.textContent = chosen ? `, ${chosen.dataset.price}` : "";
}

if (form?.querySelector("input[name=sku][type=radio]")) {
  form.addEventListener("change", show);
  show();
}
