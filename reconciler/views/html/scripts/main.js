/* Main: puts the page together. Without it the page is whole, but for the items past the first. */

function start() {
  const data = (name) => [...document.querySelectorAll(`script[data-name="${name}"]`)];
  offerCopying();
  offerColours();
  tellExpiry();
  const store = new Store(JSON.parse(data("about")[0].textContent), data("items"));
  if (!store.count) return;
  const controls = new Controls(store, new Table(store));
  if (!controls.follow()) controls.refresh();
}

start();
