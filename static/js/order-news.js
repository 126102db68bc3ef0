// Asks now and then whether word of a payment has come, and shows the page anew only when it has.
const shown = document.querySelector("[data-order-state]");
const waits = [1500, 2000, 3000, 4000, 5000, 5000, 8000, 8000, 15000, 15000, 30000, 30000, 60000, 60000, 60000];

async function stateNow() {
  const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
  if (!answer.ok) return shown.dataset.orderState;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.querySelector("[data-order-state]")?.dataset.orderState ?? shown.dataset.orderState;
}

async function look(turn) {
  const state = await stateNow().catch(() => shown.dataset.orderState);
  if (state !== shown.dataset.orderState) location.replace(location.pathname);
  else if (turn < waits.length) setTimeout(look, waits[turn], turn + 1);
}

if (shown) setTimeout(look, waits[0], 1);
