// What Django's admin leaves unsaid to a screen reader: the names of its search field, its pickers and the cells of its
// inline tables, and headings without words.

/** The words that name a field: its label, else the heading of its column. */
function words(field) {
  const cell = field?.closest("td");
  const heading = cell?.closest("table")?.tHead?.rows[0]?.cells[cell.cellIndex];
  return (field?.labels?.[0] ?? heading)?.textContent.trim() ?? "";
}

function name() {
  const search = document.querySelector("#searchbar");
  const help = document.getElementById(search?.getAttribute("aria-describedby"));
  if (help) search.setAttribute("aria-label", help.textContent.trim());
  for (const field of document.querySelectorAll(".tabular td :is(input, select, textarea)")) {
    if (!field.labels?.length && words(field)) field.setAttribute("aria-label", words(field));
  }
  for (const picker of document.querySelectorAll(".select2-container")) {
    const said = words(picker.parentElement.querySelector("select"));
    for (const part of picker.querySelectorAll("[role=combobox], [role=textbox]")) part.setAttribute("aria-label", said);
    picker.querySelector("[role=combobox]")?.removeAttribute("aria-labelledby");
  }
  for (const heading of document.querySelectorAll("th")) {
    if (heading.textContent.trim() || heading.childElementCount) continue;
    heading.replaceWith(Object.assign(document.createElement("td"), { className: heading.className }));
  }
}

// After the admin's own scripts, which wait for jQuery's moment.
addEventListener("load", () => (window.django?.jQuery ?? ((then) => then()))(name));
document.addEventListener("formset:added", () => setTimeout(name));
