// Tells the shop how long the page was looked at before a sign-up form was sent. Whoever is faster than a person, such as
// a password manager that fills and sends at once, waits here for the rest of the time and never notices.
// Without scripts the field stays empty.
const SHORTEST = 2000;

for (const form of document.querySelectorAll("form[data-sign-up]")) {
  let waits = false;
  form.addEventListener("submit", (event) => {
    const looked = performance.now();
    if (looked >= SHORTEST) {
      form.elements.seconds.value = (looked / 1000).toFixed(1);
      return;
    }
    event.preventDefault();
    if (!waits) {
      waits = true;
      setTimeout(() => form.requestSubmit(), SHORTEST - looked + 20);
    }
  });
}
