// Results come while one types. Without this, or when the line is down, the form's button does the same.
const form = document.querySelector("[data-search]");
const field = form.elements.q;
let waiting;
let asking;

async function look() {
  asking?.abort();
  asking = new AbortController();
  const address = `/search?${new URLSearchParams({ q: field.value })}`;
  const answer = await fetch(`${address}&part=1`, { signal: asking.signal });
  if (!answer.ok) return;
  const part = new DOMParser().parseFromString(await answer.text(), "text/html");
  const count = document.querySelector("[data-search-count]");
  const said = part.querySelector("[data-search-count]").textContent;
  // The region stays and only its words change: that is what is read aloud.
  if (count.textContent !== said) count.textContent = said;
  const found = part.querySelector("[data-search-found]");
  document.querySelector("[data-search-found]").replaceWith(found);
  document.title = found.dataset.title;
  history.replaceState(history.state, "", address);
}

field.addEventListener("input", (event) => {
  clearTimeout(waiting);
  if (!event.isComposing) waiting = setTimeout(() => look().catch(() => {}), 250);
});
form.addEventListener("submit", () => {
  clearTimeout(waiting);
  asking?.abort();
});
