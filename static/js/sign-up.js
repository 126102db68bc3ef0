// Tells the shop how long the page was looked at before a sign-up form was sent. Without scripts the field stays empty.
for (const form of document.querySelectorAll("form[data-sign-up]")) {
  form.addEventListener("submit", () => {
    form.elements.seconds.value = (performance.now() / 1000).toFixed(1);
  });
}
