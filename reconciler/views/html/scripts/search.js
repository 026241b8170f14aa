/* Search: which items a view has, and in which order. */

const SEARCHED = ["home", "id", "state", "account", "reason", "evidence", "fingerprint", "change", "run", "time"];

/** Return the numbers of the rows that a view has, in its order; null stands for all as they are. */
function rowsOf(store, view) {
  let rows = narrows(view) ? found(store, view) : null;
  if (view.sort) rows = sorted(store, rows ?? everyRow(store), view);
  return rows;
}

function everyRow(store) {
  return Uint32Array.from({ length: store.count }, (_, row) => row);
}

function found(store, view) {
  const tests = [...filterTests(view), ...wordTests(store, view)];
  const rows = [];
  for (let number = 0; number < store.blockCount; number += 1) {
    const block = store.block(number);
    const passed = new Uint8Array(block.count).fill(1);
    for (const test of tests) {
      const marks = new Uint8Array(block.count);
      test(block, marks);
      marks.forEach((mark, row) => { passed[row] &= mark; });
    }
    passed.forEach((mark, row) => { if (mark) rows.push(block.first + row); });
  }
  return Uint32Array.from(rows);
}

function filterTests(view) {
  return FILTERS.filter((name) => view.filters[name]).map((name) => {
    const wanted = view.filters[name];
    const part = { manifest: 1, ticket: 2 }[name];
    return (block, marks) => {
      if (part) block.columns.heads.mark((heads) => heads.some((head) => head[part] === wanted), marks);
      else block.columns[name].mark((value) => value === wanted, marks);
    };
  });
}

/** Return a test for every word that is searched for: it may stand anywhere, in any case. */
function wordTests(store, view) {
  return view.query.split(/\s+/).filter(Boolean).map((word) => {
    const pattern = new RegExp(word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "i");
    const passes = (text) => pattern.test(text);
    const states = (name) => passes(name) || passes(store.about.states[name]?.words ?? "");
    return (block, marks) => {
      for (const name of SEARCHED) {
        block.columns[name].mark(name === "state" ? states : passes, marks);
      }
      block.columns.heads.mark((heads) => heads.some((head) => head.some(passes)), marks);
      block.live.mark(passes, marks);
      markNotes(block, passes, marks);
      if (/[/:]/.test(word)) markWhole(block, passes, marks);
    };
  });
}

function markNotes(block, passes, marks) {
  for (const [row, notes] of Object.entries(block.notes)) if (notes.some(passes)) marks[row] = 1;
}

/** Mark what only a whole address, or a file with its line, holds. */
function markWhole(block, passes, marks) {
  const { home, id, heads, line } = block.columns;
  for (let row = 0; row < block.count; row += 1) {
    if (marks[row]) continue;
    const lines = [line.at(row), ...(block.lines[row] ?? [])];
    const places = heads.at(row).map((head, index) => `${head[0]}:${lines[index]}`);
    if (passes(home.at(row) + id.at(row)) || places.some(passes)) marks[row] = 1;
  }
}

function sorted(store, rows, view) {
  const ranks = Object.keys(store.about.states);
  const key = view.sort === "state"
    ? (row) => ranks.indexOf(store.value(row, "state"))
    : (row) => store.value(row, view.sort);
  const keys = Array.from(rows, key);
  const order = Uint32Array.from(rows, (_, index) => index);
  const sign = view.descends ? -1 : 1;
  // What has no value stands last, whichever way; what is equal stays in its order.
  order.sort((left, right) => {
    const one = keys[left];
    const other = keys[right];
    if (one === other) return left - right;
    if (one === "" || other === "") return one === "" ? 1 : -1;
    return one < other ? -sign : sign;
  });
  return order.map((index) => rows[index]);
}
