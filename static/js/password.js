// 「パスワードを表示」 below every password: whoever types a long one may look at it. Pasting was never hindered.
for (const button of document.querySelectorAll("[data-reveal]")) {
  const field = document.getElementById(button.dataset.reveal);
  const show = (shown) => {
    button.setAttribute("aria-pressed", shown);
    field.type = shown ? "text" : "password";
    field.spellcheck = false; // a checker on the network must not see it
    field.autocapitalize = "off";
  };
  button.hidden = false;
  button.addEventListener("click", () => show(field.type === "password"));
  field.form.addEventListener("submit", () => show(false)); // else the browser would remember it among words typed before
}
