/* Controls: search, filters and sorting; what they say is kept in the page's address. */

const SETTLES = 120;

class Controls {
  constructor(store, table) {
    this.store = store;
    this.table = table;
    this.view = emptyView();
    this.turn = 0;
    this.results = byId("results");
    this.query = byId("q");
    this.selects = [...document.querySelectorAll("select[data-filter]")];
    this.heads = [...document.querySelectorAll("th[data-column]")];
    this.heads.forEach((head) => this.#makeSortable(head));
    this.#listen();
    byId("controls").hidden = false;
    byId("keys").hidden = false;
  }

  /** Take over what the page's address says; say whether it says anything. */
  follow() {
    if (!location.hash.includes("=")) return false;
    this.view = readView(location.hash, this.store.about.columns);
    this.query.value = this.view.query;
    for (const select of this.selects) {
      const wanted = this.view.filters[select.dataset.filter];
      select.value = wanted;
      // What is no choice here selects nothing, and says so.
      if (select.value !== wanted) select.value = "";
    }
    this.refresh();
    return true;
  }

  /** Show what the view has; of several in a row only the last is shown. */
  async refresh() {
    this.turn += 1;
    const { turn } = this;
    this.#showSorting();
    byId("reset").disabled = !narrows(this.view) && !this.view.sort;
    if (narrows(this.view) || this.view.sort) await this.#read();
    if (turn !== this.turn) return;
    this.table.show(rowsOf(this.store, this.view));
    this.#tell();
  }

  #read() {
    this.reading ??= this.store.readAll((count) => {
      this.results.textContent = `Reading ${counted(count)} of ${counted(this.store.count)}\u2026`;
    });
    return this.reading;
  }

  #tell() {
    const shown = this.table.offsets.count;
    const all = counted(this.store.count);
    const noun = this.store.count === 1 ? "item" : "items";
    this.results.textContent = narrows(this.view) ? `${counted(shown)} of ${all} ${noun}` : `${all} ${noun}`;
  }

  #change(changes) {
    Object.assign(this.view, changes);
    history.replaceState(null, "", writeView(this.view) || location.href.split("#")[0]);
    this.refresh();
  }

  #filter(name, value) {
    this.#change({ filters: { ...this.view.filters, [name]: value } });
  }

  #listen() {
    let timer = 0;
    this.query.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => this.#change({ query: this.query.value }), SETTLES);
    });
    this.query.addEventListener("focus", () => { this.#read().then(() => this.#tell()); }, { once: true });
    for (const select of this.selects) {
      select.addEventListener("change", () => this.#filter(select.dataset.filter, select.value));
    }
    byId("reset").addEventListener("click", () => this.#reset());
    document.addEventListener("keydown", (event) => this.#shortcut(event));
    window.addEventListener("hashchange", () => {
      if (this.follow()) byId("items").scrollIntoView();
    });
  }

  #reset() {
    this.query.value = "";
    for (const select of this.selects) select.value = "";
    this.#change(emptyView());
    this.query.focus();
  }

  #shortcut(event) {
    const isTyping = event.target.closest?.("input, select, textarea");
    if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.query.focus();
  }

  #makeSortable(head) {
    const button = element("button", { type: "button", class: "sort" }, head.textContent,
      element("span", { class: "direction", "aria-hidden": "true" }));
    button.addEventListener("click", () => this.#sortBy(head.dataset.column));
    head.replaceChildren(button);
  }

  /** Sort by a column: upwards, then downwards, then not at all. */
  #sortBy(column) {
    const { sort, descends } = this.view;
    if (sort !== column) this.#change({ sort: column, descends: false });
    else if (!descends) this.#change({ descends: true });
    else this.#change({ sort: "", descends: false });
  }

  #showSorting() {
    for (const head of this.heads) {
      const isSorted = head.dataset.column === this.view.sort;
      const way = this.view.descends ? "descending" : "ascending";
      if (isSorted) head.setAttribute("aria-sort", way);
      else head.removeAttribute("aria-sort");
    }
  }
}
