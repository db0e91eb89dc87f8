// Filters the archive by topic and type of research at once, and keeps the choice in the address.
const filter = document.getElementById("filter");
const count = document.getElementById("count");
const items = [...document.querySelectorAll("#list li")].map((element) => ({
  element,
  topic: element.dataset.topics.split(" "),
  type: element.dataset.type.split(" "),
}));
const selects = ["topic", "type"].map((id) => document.getElementById(id));
const labels = new Map(selects.flatMap((select) => [...select.options].map((option) => [option, option.textContent])));

const fits = (item, select, value = select.value) => !value || item[select.name].includes(value);

function show() {
  const shown = items.filter((item) => selects.every((select) => fits(item, select)));
  for (const item of items) item.element.hidden = !shown.includes(item);
  for (const part of document.querySelectorAll("#list section")) part.hidden = !part.querySelector("li:not([hidden])");
  for (const link of document.querySelectorAll(".years a")) link.hidden = document.querySelector(link.hash).hidden;
  for (const select of selects) {
    const others = selects.filter((other) => other !== select);
    const left = items.filter((item) => others.every((other) => fits(item, other)));
    for (const option of select.options) {
      const number = left.filter((item) => item.type[0] && fits(item, select, option.value)).length;
      option.textContent = `${labels.get(option)} (${number})`;
      option.disabled = number === 0 && !option.selected;
    }
  }
  const number = shown.filter((item) => item.type[0]).length;
  const { none, one, many } = count.dataset;
  count.textContent = number === 0 ? none : number === 1 ? one : many.replace("{count}", number);
}

function read() {
  const query = new URLSearchParams(location.search);
  for (const select of selects) {
    select.value = query.get(select.name) ?? "";
    if (select.selectedIndex < 0) select.value = "";
  }
  show();
}

function keep() {
  const chosen = selects.filter((select) => select.value).map((select) => [select.name, select.value]);
  const query = String(new URLSearchParams(chosen));
  if (query !== location.search.slice(1)) history.pushState(null, "", query ? `?${query}` : location.pathname);
  show();
}

filter.addEventListener("change", keep);
document.getElementById("clear").addEventListener("click", () => {
  for (const select of selects) select.value = "";
  keep();
});
addEventListener("popstate", read);
filter.hidden = false;
read();
