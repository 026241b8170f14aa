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
    this.reached = null;
    this.width = this.#columns;
    this.rows = new Rows(byId("rows"), (index) => itemRow(store, this.#row(index), index),
      (index) => detailRow(store, this.#row(index), index, this.width));
    this.#listen();
  }

  /** Show these rows of the store, in this order; null for all of them. */
  show(order) {
    this.order = order;
    this.active = 0;
    this.offsets.reset(order ? order.length : this.store.count);
    this.rows.clear();
    this.#offset = 0;
    this.table.setAttribute("aria-rowcount", this.offsets.count + 1);
    this.scroller.hidden = !this.offsets.count;
    byId("empty").hidden = Boolean(this.offsets.count);
    this.#render();
  }

  #row(index) {
    return this.order ? this.order[index] : index;
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

  /** How far down the table is, which a scrollbar of a very long one tells only roughly. */
  get #offset() {
    const { scrollTop } = this.scroller;
    if (scrollTop === this.reached?.scrollTop) return this.reached.offset;
    return this.offsets.fromScroll(scrollTop, this.#window);
  }

  set #offset(offset) {
    this.scroller.scrollTop = this.offsets.toScroll(offset, this.#window);
    this.reached = { scrollTop: this.scroller.scrollTop, offset };
  }

  /** Draw what is in sight. */
  #render(offset = this.#offset) {
    if (!this.offsets.count) return;
    const { scrollTop } = this.scroller;
    const [first, last] = this.#sight(offset);
    this.#leave(first, last);
    this.rows.show(first, last, this.offsets.opened);
    // Before anything is measured: a table that is too short for a moment scrolls by itself.
    this.#space(first, last, scrollTop - offset);
    if (this.#measure()) {
      this.#render(offset);
      return;
    }
    this.#offerTab(this.offsets.at(offset));
  }

  /** Keep whoever is in a row that goes out of sight in the table; also, a browser that loses what
   * has the focus lays the page out at once, half done. */
  #leave(first, last) {
    const index = document.activeElement.closest("#rows tr[data-index]")?.dataset.index;
    if (index !== undefined && (index < first || index > last)) {
      this.scroller.focus({ preventScroll: true });
    }
  }

  #sight(offset) {
    if (this.prints) return [0, Math.min(this.offsets.count, PRINTED) - 1];
    // Where the scrollbar is coarse there may be no room for rows that are out of sight.
    const more = this.offsets.isExact ? OVERSCAN : 0;
    const first = Math.max(0, this.offsets.at(offset) - more);
    const last = this.offsets.at(offset + Math.max(this.#window, 0)) + more;
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

  /** Leave room for the rows that are not drawn; ``shift`` is between their offsets and the page. */
  #space(first, last, shift) {
    if (this.prints) {
      this.rows.space(0, 0);
      return;
    }
    const { offsets } = this;
    const above = offsets.top(first) + shift;
    const drawn = offsets.top(last + 1) - offsets.top(first);
    this.rows.space(above, offsets.shown - above - drawn);
  }

  /** Let one row be reached with Tab: the one that was last gone to, or the first in sight. */
  #offerTab(visible) {
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
    let offset = this.#offset;
    if (top < offset) offset = top;
    else if (bottom > offset + room) offset = bottom - room;
    this.active = index;
    this.#offset = offset;
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
    return this.offsets.at(this.#offset + this.offsets.height - 1) - 1;
  }

  #click(event) {
    const index = event.target.closest("tr.item")?.dataset.index;
    if (index === undefined || (!event.target.closest("button") && !getSelection().isCollapsed)) return;
    this.toggle(Number(index));
  }
}
