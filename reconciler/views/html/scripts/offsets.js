/* Offsets: where each row of a very long table is, some of them opened. */

/** No browser lays out taller elements well; a longer table is scrolled through faster instead. */
const TALLEST = 10_000_000;

class Offsets {
  constructor() {
    this.count = 0;
    this.height = 1;
    this.opened = new Map();
  }

  /** Forget what is opened, and have this many rows. */
  reset(count) {
    this.count = count;
    this.opened.clear();
  }

  get total() {
    let total = this.count * this.height;
    for (const height of this.opened.values()) total += height;
    return total;
  }

  get shown() {
    return Math.min(this.total, TALLEST);
  }

  /** Whether a pixel of the scrollbar is one of the table. */
  get isExact() {
    return this.total <= TALLEST;
  }

  /** Return where a row begins. */
  top(index) {
    let top = index * this.height;
    for (const [opened, height] of this.opened) if (opened < index) top += height;
    return top;
  }

  /** Return which row an offset is in. */
  at(offset) {
    let low = 0;
    let high = Math.max(this.count - 1, 0);
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.top(middle) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Return how far down the table is where the page is scrolled to, and the other way round. */
  fromScroll(scrolled, window) {
    return Math.min(scrolled * this.#faster(window), Math.max(0, this.total - window));
  }

  toScroll(offset, window) {
    return offset / this.#faster(window);
  }

  #faster(window) {
    const way = this.shown - window;
    return way > 0 ? Math.max(1, (this.total - window) / way) : 1;
  }
}
