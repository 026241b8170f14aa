/* Table: shows a window of rows, and moves through all of them by wheel, touch and keyboard. */

const OVERSCAN = 8;
const PRINTED = 500;

class Table {
  constructor(store) {
    this.store = store;
    this.scroller = byId("scroller");
    this.table = byId("table");
    this.offsets = new Offsets();
    this.order = null;
    this.active = 0;
    this.prints = false;
    this.width = this.#columns;
    this.rows = new Rows(byId("rows"), (index, isOpen) => this.#make(index, isOpen));
    this.#listen();
  }

  /** Show these rows of the store, in this order; null for all of them. */
  show(order) {
    this.order = order;
    this.active = 0;
    this.offsets.reset(order ? order.length : this.store.count);
    this.rows.clear();
    this.scroller.scrollTop = 0;
    this.table.setAttribute("aria-rowcount", this.offsets.count + 1);
    this.scroller.hidden = !this.offsets.count;
    byId("empty").hidden = Boolean(this.offsets.count);
    this.#render();
  }

  #make(index, isOpen) {
    const row = this.order ? this.order[index] : index;
    const item = itemRow(this.store, row, index, isOpen);
    item.dataset.index = index;
    const detail = isOpen ? detailRow(this.store, row, index, this.width) : null;
    if (detail) item.querySelector("button.open").setAttribute("aria-controls", `details-${row}`);
    return { item, detail };
  }

  get #window() {
    return this.scroller.clientHeight - this.table.tHead.offsetHeight;
  }

  /** How many columns there is room for. */
  get #columns() {
    return [...this.table.tHead.rows[0].cells].filter((head) => head.offsetWidth > 0).length;
  }

  #resize() {
    const width = this.#columns;
    if (width !== this.width) this.rows.clear();
    this.width = width;
    this.#render();
  }

  /** Draw what is in sight; ``offset`` is told where a scrollbar is too coarse to tell it. */
  #render(offset = this.offsets.fromScroll(this.scroller.scrollTop, this.#window)) {
    if (!this.offsets.count) return;
    const focused = document.activeElement?.closest?.("#rows tr[data-index]")?.dataset.index;
    const [first, last] = this.#sight(offset);
    this.rows.show(first, last, this.offsets.opened);
    if (this.#measure()) {
      this.#render(offset);
      return;
    }
    this.#space(first, last, offset);
    this.#keepFocus(focused, this.offsets.at(offset));
  }

  #sight(offset) {
    if (this.prints) return [0, Math.min(this.offsets.count, PRINTED) - 1];
    const first = Math.max(0, this.offsets.at(offset) - OVERSCAN);
    const last = this.offsets.at(offset + Math.max(this.#window, 0)) + OVERSCAN;
    return [first, Math.min(this.offsets.count - 1, last)];
  }

  /** Learn how tall rows and details are; say whether that is news. */
  #measure() {
    let isNews = false;
    for (const [index, { item, detail }] of this.rows.made) {
      const height = item.getBoundingClientRect().height;
      if (height && Math.abs(height - this.offsets.height) > 0.1) {
        this.offsets.height = height;
        isNews = true;
      }
      const extra = detail ? detail.getBoundingClientRect().height : 0;
      if (detail && Math.abs(extra - this.offsets.opened.get(index)) > 0.1) {
        this.offsets.opened.set(index, extra);
        isNews = true;
      }
    }
    return isNews;
  }

  #space(first, last, offset) {
    if (this.prints) {
      this.rows.space(0, 0);
      return;
    }
    const { offsets } = this;
    const scrolled = offsets.toScroll(offset, this.#window);
    const above = Math.max(0, scrolled + offsets.top(first) - offset);
    const drawn = offsets.top(last + 1) - offsets.top(first);
    this.rows.space(above, Math.max(0, offsets.shown - above - drawn));
  }

  /** One row can be reached with Tab. Whoever was in a row that went out of sight stays in the table. */
  #keepFocus(focused, visible) {
    if (focused !== undefined && !this.rows.made.has(Number(focused))) {
      this.scroller.focus({ preventScroll: true });
    }
    const reached = this.rows.made.has(this.active) ? this.active : visible;
    for (const [index, { item }] of this.rows.made) {
      item.querySelector("button.open").tabIndex = index === reached ? 0 : -1;
    }
  }

  /** Bring a row into sight and go to it. */
  go(wanted) {
    const index = Math.max(0, Math.min(this.offsets.count - 1, wanted));
    const room = this.#window;
    const top = this.offsets.top(index);
    const bottom = top + this.offsets.height;
    let offset = this.offsets.fromScroll(this.scroller.scrollTop, room);
    if (top < offset) offset = top;
    else if (bottom > offset + room) offset = bottom - room;
    this.active = index;
    this.scroller.scrollTop = this.offsets.toScroll(offset, room);
    this.#render(offset);
    this.rows.button(index).focus({ preventScroll: true });
  }

  toggle(index) {
    if (!this.offsets.opened.delete(index)) this.offsets.opened.set(index, 0);
    this.active = index;
    this.#render();
    this.rows.button(index).focus({ preventScroll: true });
  }

  #listen() {
    this.scroller.addEventListener("scroll", () => this.#render(), { passive: true });
    new ResizeObserver(() => this.#resize()).observe(this.scroller);
    this.scroller.addEventListener("keydown", (event) => this.#key(event));
    this.rows.body.addEventListener("click", (event) => this.#click(event));
    window.addEventListener("beforeprint", () => this.#print(true));
    window.addEventListener("afterprint", () => this.#print(false));
  }

  #print(prints) {
    this.prints = prints;
    byId("printed").hidden = !prints || this.offsets.count <= PRINTED;
    this.#render();
  }

  #key(event) {
    const isOurs = event.target === this.scroller || event.target.matches("button.open");
    if (!isOurs || event.altKey || event.ctrlKey || event.metaKey) return;
    const page = Math.max(1, Math.floor(this.#window / this.offsets.height) - 1);
    const from = event.target === this.scroller ? this.#entry() : this.active;
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page };
    const ends = { Home: 0, End: this.offsets.count - 1 };
    if (event.key in ends) this.go(ends[event.key]);
    else if (event.key in steps) this.go(from + steps[event.key]);
    else return;
    event.preventDefault();
  }

  /** Return before which row somebody enters who comes from outside of the rows. */
  #entry() {
    const offset = this.offsets.fromScroll(this.scroller.scrollTop, this.#window);
    return this.offsets.at(offset + this.offsets.height - 1) - 1;
  }

  #click(event) {
    const index = event.target.closest("tr.item")?.dataset.index;
    if (index === undefined || (!event.target.closest("button") && !getSelection().isCollapsed)) return;
    this.toggle(Number(index));
  }
}
