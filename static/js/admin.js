// Keys and quick hands for the back office. Everything here has a button or a link that works without it.
const form = document.querySelector("[data-list]");
const said = document.querySelector("[data-said]");
const sheet = document.querySelector("[data-keys]");
const typing = (target) => target.matches("input:not([type=checkbox]), textarea, select, [contenteditable]");
const tell = (sentence) => { if (said) said.textContent = sentence; };

// On a narrow screen the tab of what is shown may lie beyond the edge.
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

// --- Choosing orders: x, a, and a range with shift ---

const rows = [...document.querySelectorAll("[data-row]")];
const boxes = rows.map((row) => row.querySelector("input[type=checkbox]")).filter(Boolean);
let at = -1;
let last = -1;

function show() {
  const chosen = boxes.filter((box) => box.checked).length;
  const count = document.querySelector("[data-bar-count]");
  if (count) count.textContent = chosen ? `${chosen} of ${boxes.length} chosen` : "Choose orders, then:";
  const all = document.querySelector("[data-choose-all] input");
  if (all) {
    all.checked = chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  }
  return chosen;
}

function choose(from, to, checked) {
  for (let place = Math.min(from, to); place <= Math.max(from, to); place += 1) boxes[place].checked = checked;
  tell(`${show()} chosen`);
}

function move(step, extend) {
  if (!rows.length) return;
  const next = Math.max(0, Math.min(rows.length - 1, at + step));
  if (extend && boxes.length) choose(Math.max(at, 0), next, true);
  rows[at]?.removeAttribute("data-at");
  at = next;
  rows[at].setAttribute("data-at", "");
  rows[at].querySelector("a").focus();
  rows[at].scrollIntoView({ block: "nearest" });
}

boxes.forEach((box, place) => box.addEventListener("click", (event) => {
  if (event.shiftKey && last >= 0) choose(last, place, box.checked);
  last = place;
  show();
}));
rows.forEach((row, place) => row.addEventListener("focusin", () => {
  rows[at]?.removeAttribute("data-at");
  at = place;
  row.setAttribute("data-at", "");
}));
document.querySelectorAll("[data-choose-all]").forEach((label) => {
  label.hidden = false;
  label.querySelector("input").addEventListener("change", (event) => choose(0, boxes.length - 1, event.target.checked));
});
if (form) show();

// --- Tracking numbers: Enter goes down, a pasted column fills down ---

const fields = [...document.querySelectorAll("[data-down]")];
const after = document.querySelector("[data-after-down]");
fields.forEach((field, place) => {
  field.addEventListener("keydown", (event) => {
    const step = { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    (fields[place + step] ?? (step > 0 ? after : field)).focus();
  });
  field.addEventListener("paste", (event) => {
    const lines = event.clipboardData.getData("text").split(/\r?\n/).map((line) => line.trim());
    while (lines.length && !lines.at(-1)) lines.pop();
    if (lines.length < 2) return;
    event.preventDefault();
    lines.slice(0, fields.length - place).forEach((line, down) => { fields[place + down].value = line; });
    (fields[place + lines.length] ?? after).focus();
    tell(`${Math.min(lines.length, fields.length - place)} tracking numbers filled in`);
  });
});

// --- Keys ---

const keyed = new Map([...document.querySelectorAll("[data-key]")].map((part) => [part.dataset.key, part]));
const places = new Map([...document.querySelectorAll("[data-go]")].map((link) => [link.dataset.go, link]));
let going = 0;

function act(part) {
  if (part.matches("input:not([type=checkbox]), textarea, select")) { part.focus(); part.select?.(); } else part.click();
}

function list() {
  const lines = [...keyed].map(([key, part]) => [key, part.dataset.keyWords ?? part.textContent.trim()]);
  if (rows.length) lines.push(["j k", "Next and previous row"], ["x", "Choose the row"], ["Shift ↑ ↓", "Choose a range"], ["Enter", "Open the row"]);
  places.forEach((link, letter) => lines.push([`g ${letter}`, `Go to ${link.textContent.trim()}`]));
  lines.push(["Ctrl K", "Find or do anything"], ["Esc", "Choose nothing, or close"], ["?", "This list"]);
  sheet.querySelector("dl").replaceChildren(...lines.flatMap(([key, words]) => {
    const term = document.createElement("dt");
    const meaning = document.createElement("dd");
    const name = document.createElement("kbd");
    name.textContent = key;
    term.append(name);
    meaning.textContent = words;
    return [term, meaning];
  }));
}

function open() {
  list();
  sheet.showModal();
}

document.querySelectorAll("[data-open-keys]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", open);
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") {
    if (typing(event.target)) event.target.blur();
    else if (boxes.some((box) => box.checked)) choose(0, boxes.length - 1, false);
    return;
  }
  if (typing(event.target) || document.body.dataset.singleKeys === "off") return;
  const letter = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const place = Date.now() - going < 1500 ? places.get(letter) : undefined;
  going = 0;
  const moves = { j: 1, k: -1, ArrowDown: event.shiftKey && 1, ArrowUp: event.shiftKey && -1 };
  if (place) place.click();
  else if (letter === "g") going = Date.now();
  else if (event.key === "?" && sheet) open();
  else if (rows.length && moves[letter]) move(moves[letter], event.shiftKey);
  else if (letter === "x" && boxes[at]) { last = at; choose(at, at, !boxes[at].checked); }
  else if (keyed.has(letter)) act(keyed.get(letter));
  else return;
  event.preventDefault();
});
