/* View: what is searched for, filtered and sorted by, as the address of the page tells it. */

const FILTERS = ["state", "account", "manifest", "ticket", "change", "run"];

/** Return the view that a fragment tells; what it does not tell, and what nobody knows, is left out. */
function readView(fragment, columns) {
  const told = new URLSearchParams(fragment.replace(/^#/, ""));
  const view = emptyView();
  view.query = told.get("q") ?? "";
  for (const name of FILTERS) view.filters[name] = told.get(name) ?? "";
  const sort = told.get("sort") ?? "";
  const column = sort.replace(/^-/, "");
  if (columns.includes(column)) Object.assign(view, { sort: column, descends: sort !== column });
  return view;
}

function emptyView() {
  return { query: "", filters: Object.fromEntries(FILTERS.map((name) => [name, ""])), sort: "", descends: false };
}

/** Return the fragment of a view; empty for one that leaves nothing out. */
function writeView(view) {
  const told = new URLSearchParams();
  if (view.query.trim()) told.set("q", view.query);
  for (const name of FILTERS) if (view.filters[name]) told.set(name, view.filters[name]);
  if (view.sort) told.set("sort", (view.descends ? "-" : "") + view.sort);
  const written = told.toString();
  return written && `#${written}`;
}

function narrows(view) {
  return Boolean(view.query.trim()) || FILTERS.some((name) => view.filters[name]);
}
