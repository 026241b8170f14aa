/* Details: everything that is known of one item. */

function detailRow(store, row, index, width) {
  const id = `details-${row}`;
  const panel = element("div", { class: "details", id, role: "group", "aria-label": `Details of ${store.value(row, "id")}` });
  panel.append(facts(store, row), attributes(store, row), places(store, row));
  return element("tr", { class: "detail", "data-index": index },
    element("td", { colspan: width }, panel));
}

function facts(store, row) {
  const list = element("dl", { class: "facts" });
  const address = store.address(row);
  const copy = element("button", { type: "button", class: "copy", "aria-label": "Copy the address" }, "Copy");
  copy.addEventListener("click", () => copyText(address, copy));
  put(list, "Address", element("code", {}, address), " ", copy);
  for (const [name, label] of [["reason", "Reason"], ["evidence", "Evidence"], ["change", "Change"],
    ["time", "Time"], ["run", "Run"], ["fingerprint", "Fingerprint"]]) {
    const value = store.value(row, name);
    if (value) put(list, label, name === "fingerprint" || name === "run" ? element("code", {}, value) : value);
  }
  return part("What is known", list);
}

function attributes(store, row) {
  const live = store.live(row);
  if (!live.length) return "";
  const list = element("dl", { class: "facts" });
  for (const [name, value] of live) put(list, name, value);
  return part("As it was seen", list);
}

function places(store, row) {
  const list = element("ul", { class: "places" });
  for (const one of store.declared(row)) {
    const item = element("li");
    if (one.file) item.append(element("code", {}, `${one.file}:${one.line}`), element("br"));
    item.append([one.manifest, one.ticket, one.purpose, one.note].filter(Boolean).join(" \u00b7 "));
    list.append(item);
  }
  return list.childElementCount ? part("Declared", list) : "";
}

function put(list, term, ...description) {
  list.append(element("dt", {}, term), element("dd", {}, ...description));
}

function part(title, content) {
  return element("div", { class: "detail-part" }, element("h3", {}, title), content);
}
