// The sentence and the test bench follow the editor's fields; without this, a button shows them.
const form = document.getElementById("campaign");
const preview = document.getElementById("preview");
let waiting;
let asked = 0;

async function show() {
  const mine = ++asked;
  const answer = await fetch("/admin/discounts/preview", {
    method: "POST",
    body: new URLSearchParams(new FormData(form)),
    headers: { "X-Part": "preview" },
  });
  if (answer.ok && mine === asked) preview.innerHTML = await answer.text();
}

form?.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => show().catch(() => {}), 300);
});
