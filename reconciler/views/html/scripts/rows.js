/* Rows: the few rows of a very long table that are in the document. */

class Rows {
  constructor(body, make) {
    this.make = make;
    this.made = new Map();
    this.above = spacer();
    this.below = spacer();
    this.body = body;
    body.replaceChildren(this.above, this.below);
  }

  /** Have just these rows, opened ones with their details; keep the elements that stay. */
  show(first, last, opened) {
    for (const [index, row] of this.made) {
      if (index < first || index > last || Boolean(row.detail) !== opened.has(index)) this.#drop(index);
    }
    let next = this.above.nextSibling;
    for (let index = first; index <= last; index += 1) {
      if (!this.made.has(index)) this.made.set(index, this.make(index, opened.has(index)));
      const row = this.made.get(index);
      for (const part of [row.item, row.detail]) {
        if (part === next) next = next.nextSibling;
        else if (part) this.body.insertBefore(part, next);
      }
    }
  }

  #drop(index) {
    const row = this.made.get(index);
    row.item.remove();
    row.detail?.remove();
    this.made.delete(index);
  }

  clear() {
    for (const index of [...this.made.keys()]) this.#drop(index);
  }

  space(above, below) {
    this.above.firstChild.style.height = `${above}px`;
    this.below.firstChild.style.height = `${below}px`;
    this.above.hidden = above <= 0;
    this.below.hidden = below <= 0;
  }

  button(index) {
    return this.made.get(index)?.item.querySelector("button.open");
  }
}

function spacer() {
  return element("tr", { class: "spacer", "aria-hidden": "true" }, element("td"));
}
