// Says how many orders were paid since a list was made. The list stays as it is until somebody asks for it anew.
const bar = document.querySelector("[data-new-orders]");
const EVERY = 30_000;
const SLOWEST = 480_000;
let wait = EVERY;
let said = 0;
let asked = Date.now();
let timer = 0;

function say(orders) {
  if (orders === said) return;
  said = orders;
  const link = document.createElement("a");
  const query = new URLSearchParams(location.search);
  query.delete("after");
  link.href = `${location.pathname}?${query}`;
  link.textContent = orders === 1 ? "1 new order. Show it" : `${orders} new orders. Show them`;
  bar.replaceChildren(...(orders ? [link] : []));
}

async function look() {
  clearTimeout(timer);
  asked = Date.now();
  const address = `${bar.dataset.newOrders}?since=${encodeURIComponent(bar.dataset.since)}`;
  const answer = await fetch(address, { redirect: "manual" }).catch(() => null);
  // Whoever has been signed out is sent to the door, which knows of no orders.
  if (answer?.type === "opaqueredirect") return;
  if (answer?.ok) say((await answer.json()).orders);
  wait = answer?.ok ? EVERY : Math.min(wait * 2, SLOWEST);
  later();
}

function later() {
  clearTimeout(timer);
  // A tab that nobody looks at asks nothing; it does as soon as somebody does.
  if (!document.hidden) timer = setTimeout(look, Math.max(0, asked + wait - Date.now()));
}

if (bar) {
  document.addEventListener("visibilitychange", later);
  later();
}
