/* Elements: how this page makes them. Text from outside only ever becomes the text of a node. */

/** Return a new element; false attributes are left out. */
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== ""));
  return made;
}

function byId(id) {
  return document.getElementById(id);
}

function counted(count) {
  return count.toLocaleString("en");
}

/** Say something to those who listen to the page rather than see it. */
function announce(text) {
  byId("announcement").textContent = text;
}
