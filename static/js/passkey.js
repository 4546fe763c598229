// Passkeys: making one and asking for one, by what the browser itself offers. Without it the page shows the other ways.

/** Whether this browser, at this address, can use a passkey of `host`: pages of another name may not ask for it. */
function usable(host) {
  const here = location.hostname;
  return Boolean(window.PublicKeyCredential?.parseCreationOptionsFromJSON) && (here === host || here.endsWith(`.${host}`));
}

/** What the server asks: written in the page, or fetched when somebody wants to sign in. */
async function asked(form) {
  const written = document.getElementById("passkey-options");
  if (written) return JSON.parse(written.textContent).publicKey;
  const headers = { "X-Requested-With": "XMLHttpRequest", Accept: "application/json" };
  const answer = await fetch(form.action, { headers });
  return (await answer.json()).request_options.publicKey;
}

async function credential(form) {
  const options = await asked(form);
  const made = form.dataset.passkey === "create"
    ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
    : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
  return JSON.stringify(made.toJSON());
}

async function submit(form) {
  const [button, refusal] = [form.querySelector("button"), form.querySelector(".refused")];
  button.disabled = true;
  refusal.hidden = true;
  try {
    form.elements.credential.value = await credential(form);
  } catch { // closed by the person, no such passkey, no line: all of it is said in the same words
    refusal.textContent = form.dataset.refused;
    refusal.hidden = false;
    return;
  } finally {
    button.disabled = false;
  }
  form.submit();
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.hidden = !usable(form.dataset.host);
  form.addEventListener("submit", (event) => (event.preventDefault(), submit(form)));
}
for (const only of document.querySelectorAll("[data-passkey-only]")) {
  only.hidden = !usable(only.dataset.host);
  document.querySelector("[data-passkey-none]").hidden = !only.hidden;
}
