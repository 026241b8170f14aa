/* Store: all items, block by block; a block is read when something in it is needed. */

class Store {
  constructor(about, elements) {
    this.about = about;
    this.count = about.count;
    this.elements = elements;
    this.blocks = [];
  }

  get blockCount() {
    return this.elements.length;
  }

  /** Return one block, with the number of its first row. */
  block(number) {
    this.blocks[number] ??= this.#read(number);
    return this.blocks[number];
  }

  #read(number) {
    const packed = JSON.parse(this.elements[number].textContent);
    const columns = {};
    for (const [name, column] of Object.entries(packed.columns)) columns[name] = new Column(column);
    return {
      first: number * this.about.size,
      count: packed.count,
      columns,
      lines: packed.lines,
      notes: packed.notes,
      live: new Attributes(packed.live, packed.count),
    };
  }

  /** Read every block, leaving the browser time to draw between them. */
  async readAll(told) {
    for (let number = 0; number < this.blockCount; number += 1) {
      if (!this.blocks[number]) {
        this.block(number);
        told(Math.min(this.count, (number + 1) * this.about.size));
        await pause();
      }
    }
  }

  #place(row) {
    const number = Math.floor(row / this.about.size);
    return [this.block(number), row - number * this.about.size];
  }

  /** Return what the table shows of an item in a column, as text. */
  value(row, name) {
    const [block, at] = this.#place(row);
    if (name === "manifest") return unique(block.columns.heads.at(at), 1).join(", ");
    if (name === "ticket") return unique(block.columns.heads.at(at), 2).join(", ");
    if (name === "created") return block.live.value(at, "created");
    return block.columns[name].at(at);
  }

  address(row) {
    return this.value(row, "home") + this.value(row, "id");
  }

  live(row) {
    const [block, at] = this.#place(row);
    return block.live.of(at);
  }

  /** Return every place that declares an item. */
  declared(row) {
    const [block, at] = this.#place(row);
    const lines = [block.columns.line.at(at), ...(block.lines[at] ?? [])];
    const notes = block.notes[at] ?? [];
    return block.columns.heads.at(at).map(([file, manifest, ticket, purpose], index) => ({
      file, manifest, ticket, purpose, line: lines[index], note: notes[index] ?? "",
    }));
  }
}

function unique(heads, part) {
  if (heads.length === 1) return heads[0][part] ? [heads[0][part]] : [];
  return [...new Set(heads.map((head) => head[part]).filter(Boolean))];
}

function pause() {
  return new Promise((resolve) => { setTimeout(resolve); });
}
