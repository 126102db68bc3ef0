// Passkeys: asks the shop for a challenge, the browser for an answer, and sends it with the form.
const able = window.PublicKeyCredential?.parseCreationOptionsFromJSON && window.PublicKeyCredential.parseRequestOptionsFromJSON;

async function answer(form) {
  const response = await fetch(form.dataset.begin, { method: "POST", credentials: "same-origin" });
  const options = await response.json();
  const making = form.dataset.passkey === "make";
  const credential = making
    ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
    : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
  return JSON.stringify(credential.toJSON());
}

document.querySelectorAll("form[data-passkey]").forEach((form) => {
  if (!able) return;
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const said = form.querySelector("[role=status]");
    said.textContent = "";
    try {
      form.elements.answer.value = await answer(form);
      form.submit();
    } catch {
      said.textContent = "The passkey was not used. You can try again, or use a code instead.";
    }
  });
});
