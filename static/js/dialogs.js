// Opens native dialogs: the browser keeps the focus inside, Esc closes, and the focus goes back where it was.
export function open(dialog) {
  if (!dialog.open) dialog.showModal();
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  const dialog = opener && document.getElementById(opener.dataset.opens);
  if (dialog && !event.metaKey && !event.ctrlKey && !event.shiftKey) {
    event.preventDefault();
    open(dialog);
  }
  // Browsers without closedby="any": a press beside the dialog lands on the dialog itself.
  if (event.target.matches?.("dialog[closedby=any]")) {
    const box = event.target.getBoundingClientRect();
    const beside = event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
    if (beside) event.target.close();
  }
});
