/* Cells: what the table shows of an item in each column. */

function pill(store, name) {
  const state = store.about.states[name] ?? { words: name, sign: "", look: "quiet" };
  const sign = state.sign && element("span", { class: "sign", "aria-hidden": "true" }, state.sign);
  return element("span", { class: `pill ${state.look}` }, sign, sign && " ", state.words);
}

function cell(store, row, name) {
  const value = store.value(row, name);
  if (name === "state") return element("td", { class: "c-state" }, pill(store, value));
  if (name === "id") {
    const manifest = shortened("manifest", store.value(row, "manifest"));
    // Where there is no room for more columns, this one tells the manifest as well.
    return element("td", { class: "c-id" }, element("code", { title: store.address(row) }, value),
      element("span", { class: "narrow-only" }, manifest));
  }
  return element("td", { class: `c-${name}`, title: value }, shortened(name, value));
}

/** Return a time to the minute, and manifests without their kind; anything else as it is. */
function shortened(name, value) {
  if (name === "manifest") return value.replace(/\bAbsent(Tasks|Records)\//g, "");
  if (name !== "created" && name !== "time") return value;
  return /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(value) ? value.slice(0, 16).replace("T", " ") : value;
}

function itemRow(store, row, index) {
  const button = element("button", {
    type: "button",
    class: "open",
    tabindex: "-1",
    "aria-label": `Details of ${store.value(row, "id")}`,
  });
  const made = element("tr", { "aria-rowindex": index + 2, class: "item", "data-index": index },
    element("td", { class: "c-open" }, button));
  made.append(...store.about.columns.map((name) => cell(store, row, name)));
  return made;
}

/** Say of a row whether its details are shown; ``detail`` is null if they are not. */
function markOpen(item, detail) {
  const button = item.querySelector("button.open");
  item.classList.toggle("opened", detail !== null);
  button.setAttribute("aria-expanded", String(detail !== null));
  if (detail) button.setAttribute("aria-controls", detail.querySelector(".details").id);
  else button.removeAttribute("aria-controls");
}
