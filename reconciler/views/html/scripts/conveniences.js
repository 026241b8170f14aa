/* Conveniences: copying, colours, and telling that a plan expired since it was made. */

async function copyText(text, button) {
  const isDone = await toClipboard(text);
  button.textContent = isDone ? "Copied" : "Not copied";
  announce(isDone ? "Copied." : "It could not be copied; select the text and copy it by hand.");
  setTimeout(() => { button.textContent = "Copy"; }, 2000);
}

async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Not every browser lets a page without an origin do it this way.
    return copyBySelecting(text);
  }
}

function copyBySelecting(text) {
  const area = element("textarea", { class: "unseen", readonly: "" });
  area.value = text;
  const before = document.activeElement;
  document.body.append(area);
  area.select();
  const isDone = document.execCommand("copy");
  area.remove();
  before?.focus({ preventScroll: true });
  return isDone;
}

function offerCopying() {
  for (const button of document.querySelectorAll("button[data-copies]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      copyText(byId(button.dataset.copies).textContent.trim(), button);
    });
  }
}

function offerColours() {
  const root = document.documentElement;
  const button = byId("theme");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : dark.matches);
  const tell = () => button.setAttribute("aria-pressed", String(isDark()));
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    tell();
  });
  dark.addEventListener("change", tell);
  button.hidden = false;
  tell();
}

function tellExpiry() {
  const notice = byId("expired");
  if (notice) notice.hidden = Date.now() < Date.parse(notice.dataset.expires);
}
