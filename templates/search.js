// Searches the archive in the browser, with what Pagefind made of it; nothing is asked of another host.
const form = document.getElementById("search");
const input = form.elements.q;
const found = document.getElementById("found");
const results = document.getElementById("results");
const more = document.getElementById("more");
const AT_ONCE = 10;
let pagefind;
let turn = 0;
let waiting = [];

function fail() {
  found.textContent = found.dataset.failed;
}

async function show() {
  const now = turn;
  const first = results.children.length;
  const pages = await Promise.all(waiting.splice(0, AT_ONCE).map((result) => result.data()));
  if (now !== turn) return;
  for (const page of pages) {
    const item = document.createElement("li");
    const title = document.createElement("a");
    const excerpt = document.createElement("p");
    title.href = page.url;
    title.textContent = page.meta.title;
    excerpt.innerHTML = page.excerpt; // escaped by Pagefind, save for its <mark>
    item.append(title, excerpt);
    results.append(item);
  }
  // Who asked for more goes on reading where it begins
  if (first && document.activeElement === more.firstElementChild) results.children[first].querySelector("a").focus();
  more.hidden = waiting.length === 0;
}

async function search() {
  const query = input.value.trim();
  const now = ++turn;
  try {
    history.replaceState(null, "", query ? `?${new URLSearchParams({ q: query })}` : location.pathname);
    pagefind ??= await import("./pagefind/pagefind.js");
    const answer = query ? await pagefind.debouncedSearch(query) : { results: [] };
    if (answer === null || now !== turn) return;
    waiting = [...answer.results];
  } catch {
    fail();
    return;
  }
  const { none, one, many } = found.dataset;
  const number = waiting.length;
  found.textContent = !query ? "" : number === 0 ? none : number === 1 ? one : many.replace("{count}", number);
  results.replaceChildren();
  await show().catch(fail);
}

input.value = new URLSearchParams(location.search).get("q") ?? "";
form.addEventListener("submit", (event) => { event.preventDefault(); search(); });
input.addEventListener("input", search);
more.firstElementChild.addEventListener("click", () => show().catch(fail));
document.getElementById("needs").hidden = true;
form.hidden = false;
if (input.value) search();
