"use strict";
// Without this script you cannot sort or search the table. The table itself is complete.
const table = document.getElementById("submissions");
const body = table.tBodies[0];
const key = (row, column) => row.cells[column].dataset.key ?? row.cells[column].textContent.trim();
table.querySelectorAll("thead th").forEach((head, column) => {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "sort";
  button.textContent = head.textContent;
  head.replaceChildren(button);
  button.addEventListener("click", () => {
    const rising = head.getAttribute("aria-sort") !== "ascending";
    for (const other of table.querySelectorAll("thead th")) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", rising ? "ascending" : "descending");
    const rows = [...body.rows].sort((a, b) => key(a, column).localeCompare(key(b, column), undefined, { numeric: true }));
    body.append(...(rising ? rows : rows.reverse()));
  });
});
const find = document.createElement("input");
find.type = "search";
find.className = "find";
find.placeholder = "Find a submission";
find.setAttribute("aria-label", "Find a submission");
find.addEventListener("input", () => {
  const wanted = find.value.toLowerCase();
  for (const row of body.rows) row.hidden = !row.cells[0].textContent.toLowerCase().includes(wanted);
});
table.parentElement.before(find);
