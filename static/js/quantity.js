// Puts a minus and a plus beside a quantity field. Without this the field itself does the work.
function stepper(input) {
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
  input.classList.remove("input");
  input.replaceWith(frame);
  frame.append(less, input, more);
  input.addEventListener("input", settle);
  settle();
}

document.querySelectorAll("input[data-stepper]").forEach(stepper);
