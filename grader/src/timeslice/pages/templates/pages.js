"use strict";
// Without this script there is no search and no button that opens the evidence. Everything else works.
const SHOWN = 40;
const entries = JSON.parse(document.getElementById("search-index").textContent);
const texts = entries.map((entry) => entry.slice(1).join(" ").toLowerCase());

// How well an entry fits. 0: some word is missing. A whole label is best, then the start of a label, then a part of it.
function fits(number, words) {
  if (!words.every((word) => texts[number].includes(word))) return 0;
  const label = entries[number][2].toLowerCase();
  const wanted = words.join(" ");
  if (label === wanted) return 4;
  if (label.startsWith(wanted)) return 3;
  return words.every((word) => label.includes(word)) ? 2 : 1;
}

// Adds a text to a place. Each of the words in it is marked.
function addMarked(place, text, words) {
  const lower = text.toLowerCase();
  let at = 0;
  while (at < text.length) {
    let next = text.length;
    let found = "";
    for (const word of words) {
      const where = lower.indexOf(word, at);
      if (where >= 0 && (where < next || (where === next && word.length > found.length))) [next, found] = [where, word];
    }
    place.append(text.slice(at, next));
    if (found) {
      const mark = document.createElement("mark");
      mark.textContent = text.slice(next, next + found.length);
      place.append(mark);
    }
    at = next + (found ? found.length : 0);
  }
}

function addPart(place, css, text, words) {
  const part = document.createElement("span");
  part.className = css;
  addMarked(part, text, words);
  place.append(part);
}

function resultOf(entry, words) {
  const [href, kind, label, text] = entry;
  const link = document.createElement("a");
  link.href = href;
  addPart(link, "name", label, words);
  addPart(link, "sort", kind, []);
  addPart(link, "said", text.replaceAll("`", ""), words);
  return link;
}

function note(text) {
  const line = document.createElement("p");
  line.textContent = text;
  return line;
}

const field = document.createElement("input");
field.type = "search";
field.placeholder = "Search the contract (press /)";
field.setAttribute("aria-label", "Search sentences, functions and terms");
const results = document.createElement("div");
results.className = "results";
results.setAttribute("aria-live", "polite");
results.hidden = true;
document.getElementById("search").append(field, results);

function search() {
  const words = field.value.toLowerCase().split(/\s+/).filter((word) => word);
  results.hidden = words.length === 0;
  if (words.length === 0) return;
  const found = entries
    .map((entry, number) => [fits(number, words) - (entry[1] === "test" ? 10 : 0), number])
    .filter(([rank]) => rank !== 0 && rank !== -10)
    .sort((a, b) => b[0] - a[0] || a[1] - b[1]); // tests come last
  results.replaceChildren(...found.slice(0, SHOWN).map(([, number]) => resultOf(entries[number], words)));
  if (found.length === 0) results.append(note("Nothing has all of these words."));
  if (found.length > SHOWN) results.append(note(`${found.length - SHOWN} more: write one more word.`));
}

function close() {
  results.hidden = true;
}

field.addEventListener("input", search);
field.addEventListener("focus", search);
document.addEventListener("click", (event) => {
  if (!document.getElementById("search").contains(event.target)) close();
});
results.addEventListener("click", close);
document.addEventListener("keydown", (event) => {
  const typing = event.target instanceof HTMLInputElement;
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    field.focus();
    field.select();
  } else if (event.key === "Escape" && !results.hidden) {
    close();
    field.blur();
  } else if (event.key === "Enter" && event.target === field) {
    results.querySelector("a")?.click();
  } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !results.hidden) {
    event.preventDefault();
    move(event.key === "ArrowDown" ? 1 : -1);
  }
});

// Moves the focus through the field and the results.
function move(step) {
  const stops = [field, ...results.querySelectorAll("a")];
  const at = stops.indexOf(document.activeElement);
  stops[Math.min(Math.max(at + step, 0), stops.length - 1)].focus();
}

const evidence = document.querySelectorAll(".evidence");
if (evidence.length > 0) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Show all evidence";
  button.addEventListener("click", () => {
    const open = button.textContent.startsWith("Show");
    for (const part of evidence) part.open = open;
    button.textContent = open ? "Hide all evidence" : "Show all evidence";
  });
  document.querySelector(".head .of").append(" ", button);
}
addEventListener("beforeprint", () => {
  for (const part of document.querySelectorAll("details")) part.open = true;
});
// A link can ask for a search: index.html?q=truncated
field.value = new URLSearchParams(location.search).get("q") ?? "";
search();
