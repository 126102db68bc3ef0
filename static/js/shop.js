// What scripts add to the pages, in one file because one request is quicker than five. Every page works without it.

// The pages are the same for everybody; how many things lie in this visitor's cart stands in a readable cookie.
function showCount() {
  const found = document.cookie.match(/(?:^|; )(?:__Host-)?cart_count=(\d{1,4})(?:;|$)/);
  const count = found ? Number(found[1]) : 0;
  for (const place of document.querySelectorAll("[data-cart-count]")) {
    place.textContent = count > 0 ? ` (${count})` : "";
  }
}

// Native dialogs: the browser keeps the focus inside, Esc closes, and the focus goes back where it was.
function openDialog(dialog) {
  if (!dialog.open) dialog.showModal();
}

const opensHere = (event) => !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  const dialog = opener && document.getElementById(opener.dataset.opens);
  if (dialog && opensHere(event)) {
    event.preventDefault();
    openDialog(dialog);
  }
  // Browsers without closedby="any": a press beside the dialog lands on the dialog itself.
  if (event.target.matches("dialog[closedby=any]")) {
    const box = event.target.getBoundingClientRect();
    const { clientX: x, clientY: y } = event;
    if (x < box.left || x > box.right || y < box.top || y > box.bottom) event.target.close();
  }
});

// A minus and a plus beside a quantity field. Without this the field itself does the work.
function dressStepper(input) {
  const frame = document.createElement("div");
  frame.className = "quantity";
  const name = input.labels?.[0]?.textContent.trim() || "Quantity";
  const button = (sign, label, step) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = sign;
    made.setAttribute("aria-label", `${label}: ${name}`);
    made.addEventListener("click", () => {
      step();
      input.dispatchEvent(new Event("input", { bubbles: true }));
    });
    return made;
  };
  const less = button("−", "One less", () => input.stepDown());
  const more = button("+", "One more", () => input.stepUp());
  const settle = () => {
    less.disabled = input.min !== "" && Number(input.value) <= Number(input.min);
    more.disabled = input.max !== "" && Number(input.value) >= Number(input.max);
  };
  input.classList.remove("input", "stepper");
  input.replaceWith(frame);
  frame.append(less, input, more);
  input.addEventListener("input", settle);
  settle();
}

// The cart beside the page: the same cart as on its own page, fetched from there, changed without leaving here.
// Whatever goes wrong ends on that page, which needs no script.
function cartDrawer(drawer) {
  const body = drawer.querySelector("[data-drawer-body]");
  const said = drawer.querySelector("[data-drawer-said]");

  function fill(html) {
    const page = new DOMParser().parseFromString(html, "text/html");
    const cart = page.querySelector("[data-cart]");
    if (!cart) return location.assign("/cart");
    const held = body.contains(document.activeElement);
    const focused = document.activeElement.id;
    said.replaceChildren(...page.querySelectorAll(".notices > *"));
    body.replaceChildren(cart);
    body.querySelectorAll("input[data-stepper]").forEach(dressStepper);
    showCount();
    const wrong = body.querySelector('[aria-invalid="true"]');
    if (wrong) wrong.focus();
    else if (held) ((focused && document.getElementById(focused)) || drawer.querySelector("button")).focus();
  }

  async function ask(address, options) {
    openDialog(drawer);
    body.setAttribute("aria-busy", "true");
    try {
      fill(await (await fetch(address, options)).text());
    } catch {
      location.assign("/cart");
    }
    body.removeAttribute("aria-busy");
  }

  function send(event) {
    const form = event.target;
    if (form.method !== "post" || !new URL(form.action).pathname.startsWith("/cart")) return;
    event.preventDefault();
    ask(form.action, { method: "POST", body: new URLSearchParams(new FormData(form, event.submitter)) });
  }

  document.querySelector("[data-cart-link]")?.addEventListener("click", (event) => {
    if (!opensHere(event)) return;
    event.preventDefault();
    ask("/cart");
  });
  document.querySelector("[data-add-to-cart]")?.addEventListener("submit", send);
  drawer.addEventListener("submit", send);
}

// On a product's page: "each" when there are several, and the buy bar of a phone once the main button has gone.
function buyForm(form) {
  form.elements.quantity?.addEventListener("input", (event) => {
    form.querySelector("[data-each]").hidden = Number(event.target.value) < 2;
  });
  const bar = document.querySelector("[data-buy-bar]");
  if (!bar) return;
  // A root that has no lower end: what is not in it has left the screen above.
  new IntersectionObserver(([button]) => (bar.hidden = button.isIntersecting), { rootMargin: "0px 0px 100000px" })
    .observe(form.querySelector("[data-main-button]"));
}

// What is further down is begun when a reader comes near, once.
function whenNear(parts, margin, begin) {
  const near = new IntersectionObserver((seen) => {
    for (const { target } of seen.filter((part) => part.isIntersecting)) {
      near.unobserve(target);
      begin(target);
    }
  }, { rootMargin: margin });
  parts.forEach((part) => near.observe(part));
}

// Drawings further down come as pictures. Near the reader each becomes a part of the page: with its letters, with the
// colors that were asked for, and with fibers that ease from taut to slack, once, where movement is welcome.
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
const ease = (drawing) => whenNear([drawing], "0px 0px -25%", () => drawing.classList.remove("plate--taut"));

async function takeIn(picture) {
  const answer = await fetch(picture.src);
  const drawn = (await answer.text()).replace(/<(style|title|desc)\b.*?<\/\1>/gs, "");
  const drawing = new DOMParser().parseFromString(drawn, "image/svg+xml").documentElement;
  if (!answer.ok || drawing.localName !== "svg") return;
  drawing.removeAttribute("aria-labelledby");
  drawing.setAttribute("aria-label", picture.alt);
  if (!still) drawing.classList.add("plate--taut");
  picture.replaceWith(drawing);
  if (!still) ease(drawing);
}

whenNear(document.querySelectorAll("img[data-drawing]"), "400px", (picture) => takeIn(picture).catch(() => {}));
whenNear(document.querySelectorAll("[data-turntable]"), "400px", async (figure) => {
  (await import("./turntable.js")).turntable(figure);
});

// How long the page was looked at before a sign-up form was sent. Whoever is faster than a person, such as a password
// manager that fills and sends at once, waits here for the rest of the time. Without scripts the field stays empty.
const SHORTEST = 2000;
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-sign-up]")) return;
  const looked = performance.now();
  if (looked >= SHORTEST) {
    form.elements.seconds.value = (looked / 1000).toFixed(1);
    return;
  }
  event.preventDefault();
  if ("waits" in form.dataset) return;
  form.dataset.waits = "";
  setTimeout(() => form.requestSubmit(), SHORTEST - looked + 20);
});

showCount();
document.querySelectorAll("input[data-stepper]").forEach(dressStepper);
for (const [found, begin] of [["#cart-drawer", cartDrawer], ["#buy", buyForm]]) {
  const part = document.querySelector(found);
  if (part) begin(part);
}
