// Ctrl K: one field that leads to every page, does what this page can do, and finds orders and readers.
const dialog = document.getElementById("commands");
const field = dialog.querySelector("[role=combobox]");
const list = dialog.querySelector("[role=listbox]");
const count = dialog.querySelector("[data-commands-count]");
let known = [];
let shown = [];
let at = 0;

const go = (words, address, keys) => ({ words, keys, run: () => location.assign(address) });

function press(part) {
  const writes = part.matches("input:not([type=checkbox]), textarea, select");
  const run = () => { if (writes) { part.focus(); part.select?.(); } else part.click(); };
  return { words: part.dataset.command ?? part.dataset.keyWords ?? part.textContent.trim(), keys: part.dataset.key, run };
}

function commands() {
  const here = [...document.querySelectorAll("[data-key]")].filter((part) => part.checkVisibility());
  const pages = [...document.querySelectorAll("[data-go]")];
  return [
    ...here.map(press),
    ...pages.map((link) => go(link.textContent.trim(), link.href, `g ${link.dataset.go}`)),
    ...[...document.querySelectorAll("[data-command]")].map(press),
  ];
}

function fitting(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const fit = known.filter((command) => words.every((word) => command.words.toLowerCase().includes(word)));
  if (!text) return fit;
  const number = text.replace(/^#/, "");
  if (/^\d{1,9}$/.test(number)) fit.unshift(go(`Open order ${number}`, `/admin/orders/open?number=${number}`));
  const asked = encodeURIComponent(text);
  return [...fit, go(`Find orders with “${text}”`, `/admin/orders?q=${asked}`), go(`Find readers: ${text}`, `/admin/readers?q=${asked}`)];
}

function option(command, place) {
  const line = document.createElement("li");
  line.id = `command-${place}`;
  line.setAttribute("role", "option");
  line.append(command.words);
  if (command.keys && document.body.dataset.singleKeys !== "off") {
    const keys = document.createElement("kbd");
    keys.textContent = command.keys;
    keys.setAttribute("aria-hidden", "true");
    line.append(keys);
  }
  line.addEventListener("click", () => run(place));
  return line;
}

function choose(place) {
  list.children[at]?.setAttribute("aria-selected", "false");
  at = (place + shown.length) % shown.length;
  list.children[at].setAttribute("aria-selected", "true");
  list.children[at].scrollIntoView({ block: "nearest" });
  field.setAttribute("aria-activedescendant", list.children[at].id);
}

function show() {
  shown = fitting(field.value.trim());
  list.replaceChildren(...shown.map(option));
  choose(0);
  count.textContent = `${shown.length} to choose from`;
}

function open() {
  document.querySelectorAll("dialog[open]").forEach((other) => other.close());
  document.querySelector("[popover]:popover-open")?.hidePopover();
  known = commands();
  field.value = "";
  dialog.showModal();
  field.focus();
  show();
}

function run(place) {
  const command = shown[place];
  dialog.close();
  command.run();
}

field.addEventListener("input", show);
field.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  const places = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: Math.min(at + 8, shown.length - 1), PageUp: Math.max(at - 8, 0) };
  if (event.key in places) choose(places[event.key]);
  else if (event.key === "Enter") run(at);
  else return;
  event.preventDefault();
});

document.querySelectorAll("[data-opens-commands]").forEach((way) => {
  way.setAttribute("role", "button");
  way.setAttribute("aria-haspopup", "dialog");
  way.addEventListener("click", (event) => { event.preventDefault(); open(); });
  way.addEventListener("keydown", (event) => { if (event.key === " ") { event.preventDefault(); open(); } });
});

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== "k") return;
  event.preventDefault();
  if (dialog.open) dialog.close();
  else open();
});
