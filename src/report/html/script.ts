/** What the page does with scripts: filter the relations, open what a link leads to, sort, and print all. It loads nothing. */
export const SCRIPT = `"use strict";
const all = (selector, of = document) => [...of.querySelectorAll(selector)];
const filter = document.getElementById("filter");
if (filter) filter.addEventListener("input", () => {
  const wanted = filter.value.trim().toLowerCase();
  let count = 0;
  const show = (one, name) => { one.hidden = !name.toLowerCase().includes(wanted); return one.hidden ? 0 : 1; };
  for (const row of all("#map-difference tbody tr")) count += show(row, row.cells[0].textContent);
  for (const row of all("#map-before tbody tr, #map-after tbody tr")) show(row, row.cells[0].textContent);
  for (const one of all("details.relation")) show(one, one.querySelector("b").textContent);
  document.getElementById("found").textContent = wanted === "" ? "" : count + (count === 1 ? " relation" : " relations");
});
const reveal = () => {
  const id = decodeURIComponent(location.hash.slice(1));
  const target = id && document.getElementById(id);
  const folded = target && target.closest("details");
  if (folded) { folded.hidden = false; folded.open = true; target.scrollIntoView(); }
};
addEventListener("hashchange", reveal);
reveal();
let closed = [];
addEventListener("beforeprint", () => { closed = all("details:not([open])"); for (const one of closed) one.open = true; });
addEventListener("afterprint", () => { for (const one of closed) one.open = false; });
for (const table of all("table:not(.heat)")) for (const head of all("thead th", table)) {
  if (head.textContent === "") continue;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "sort";
  button.textContent = head.textContent;
  head.replaceChildren(button);
  button.addEventListener("click", () => {
    const up = head.getAttribute("aria-sort") !== "ascending";
    for (const other of all("th", head.parentElement)) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const key = (row) => row.cells[head.cellIndex].textContent.trim();
    const body = table.tBodies[0];
    const order = new Intl.Collator("en", { numeric: true });
    body.append(...[...body.rows].sort((a, b) => order.compare(key(a), key(b)) * (up ? 1 : -1)));
  });
}
`;
