/* Main: puts the page together. Without it the page is whole, but for the items past the first. */

function start() {
  const data = (name) => [...document.querySelectorAll(`script[data-name="${name}"]`)];
  const store = new Store(JSON.parse(data("about")[0].textContent), data("items"));
  const table = new Table(store);
  const controls = new Controls(store, table);
  offerCopying();
  offerColours();
  tellExpiry();
  if (!controls.follow()) controls.refresh();
}

start();
