/* Rows: the few rows of a very long table that are in the document. */

class Rows {
  constructor(body, makeItem, makeDetail) {
    this.makeItem = makeItem;
    this.makeDetail = makeDetail;
    this.made = new Map();
    this.above = spacer();
    this.below = spacer();
    this.body = body;
    body.replaceChildren(this.above, this.below);
  }

  /** Have just these rows, opened ones with their details; keep the elements that stay. */
  show(first, last, opened) {
    for (const index of [...this.made.keys()]) {
      if (index < first || index > last) this.#drop(index);
    }
    let next = this.above.nextSibling;
    for (let index = first; index <= last; index += 1) {
      if (!this.made.has(index)) this.made.set(index, { item: this.makeItem(index), detail: null });
      const row = this.made.get(index);
      for (const part of [row.item, row.detail]) {
        if (part && part === next) next = next.nextSibling;
        else if (part) this.body.insertBefore(part, next);
      }
      next = this.#open(index, row, opened.has(index));
    }
  }

  /** Give a row its details, or take them away; return what stands behind both. */
  #open(index, row, isOpen) {
    if (isOpen && !row.detail) {
      row.detail = this.makeDetail(index);
      row.item.after(row.detail);
    } else if (!isOpen && row.detail) {
      row.detail.remove();
      row.detail = null;
    }
    markOpen(row.item, row.detail);
    return (row.detail ?? row.item).nextSibling;
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

  /** Leave room for the rows that are not in the document; less than none draws them higher up. */
  space(above, below) {
    this.body.style.transform = above < 0 ? `translateY(${above}px)` : "";
    for (const [row, height] of [[this.above, above], [this.below, below]]) {
      row.firstChild.style.height = `${Math.max(0, height)}px`;
      row.hidden = height <= 0;
    }
  }

  button(index) {
    return this.made.get(index)?.item.querySelector("button.open");
  }
}

function spacer() {
  return element("tr", { class: "spacer", "aria-hidden": "true" }, element("td"));
}
