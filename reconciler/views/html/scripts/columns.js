/* Columns: what one block of items is packed in, and how it is read. */

/** One column: a single value, few values with the codes of the rows, or a value of each row. */
class Column {
  constructor(packed) {
    this.codes = packed.codes ?? null;
    this.values = packed.of ?? packed.few ?? [packed.one];
    this.isSingle = "one" in packed;
    this.start = packed.start ?? "";
  }

  at(row) {
    if (this.isSingle) return this.values[0];
    if (this.codes) return this.values[this.codes[row]];
    return this.start ? this.start + this.values[row] : this.values[row];
  }

  /** Mark the rows whose value passes; each different value is looked at once. */
  mark(passes, marks) {
    if (this.isSingle) {
      if (passes(this.values[0])) marks.fill(1);
    } else if (this.codes) {
      const passed = this.values.map((value) => (passes(value) ? 1 : 0));
      this.codes.forEach((code, row) => { marks[row] |= passed[code]; });
    } else {
      for (let row = 0; row < marks.length; row += 1) {
        if (!marks[row] && passes(this.at(row))) marks[row] = 1;
      }
    }
  }
}

/** The attributes of live targets: those with the same attributes stand together. */
class Attributes {
  constructor(packed, count) {
    this.forms = packed.forms.map((form) => ({
      names: form.names,
      columns: form.columns.map((column) => new Column(column)),
      rows: [],
    }));
    this.form = new Column(packed.form);
    this.positions = new Uint32Array(count);
    for (let row = 0; row < count; row += 1) {
      const form = this.forms[this.form.at(row)];
      if (form) this.positions[row] = form.rows.push(row) - 1;
    }
  }

  /** Return the names and values of one row; none for what was not seen. */
  of(row) {
    const form = this.forms[this.form.at(row)];
    if (!form) return [];
    const position = this.positions[row];
    return form.names.map((name, index) => [name, form.columns[index].at(position)]);
  }

  value(row, name) {
    const form = this.forms[this.form.at(row)];
    const index = form ? form.names.indexOf(name) : -1;
    return index < 0 ? "" : form.columns[index].at(this.positions[row]);
  }

  mark(passes, marks) {
    for (const form of this.forms) {
      const found = new Uint8Array(form.rows.length);
      form.columns.forEach((column) => column.mark(passes, found));
      found.forEach((hit, position) => { if (hit) marks[form.rows[position]] = 1; });
    }
  }
}
