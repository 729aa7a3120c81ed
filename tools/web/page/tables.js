"use strict";

// Tables that sort by their columns and can be copied as CSV.
nzsim.tables = (() => {
  const { element } = nzsim.dom;

  const valueOf = (cell) => cell.dataset.value ?? cell.textContent;

  // Numbers by size, texts by their letters; cells without a value come last, whatever the order.
  function compare(left, right, direction) {
    const a = valueOf(left);
    const b = valueOf(right);
    if (a === "" || b === "") return (a === "") - (b === "");
    const isNumber = left.matches(".number") && right.matches(".number");
    const order = isNumber ? Number(a) - Number(b) : a.localeCompare(b, "en", { numeric: true });
    return direction * order;
  }

  function sortBy(table, column) {
    const header = table.tHead.rows[0].cells[column];
    const direction = header.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    for (const cell of table.tHead.rows[0].cells) cell.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", direction === 1 ? "ascending" : "descending");
    const body = table.tBodies[0];
    const rows = [...body.rows];
    rows.sort((left, right) => compare(left.cells[column], right.cells[column], direction));
    body.append(...rows);
  }

  // RFC 4180.
  const quoted = (field) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field);

  function headerOf(cell) {
    const unit = cell.querySelector("small")?.textContent;
    const title = cell.dataset.title;
    return unit ? `${title} [${unit}]` : title;
  }

  function csvOf(table) {
    const lines = [[...table.tHead.rows[0].cells].map(headerOf)];
    for (const row of table.tBodies[0].rows) lines.push([...row.cells].map(valueOf));
    return lines.map((fields) => fields.map(quoted).join(",") + "\r\n").join("");
  }

  // Where a page may not write to the clipboard, the text is shown for the reader to copy.
  async function copyText(text, button) {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      button.after(element("textarea", { rows: 6, readonly: "", "aria-label": "CSV" }, text));
      button.remove();
    }
  }

  function equip(section) {
    const table = section.querySelector("table");
    [...table.tHead.rows[0].cells].forEach((cell, column) => {
      const title = cell.firstChild.textContent;
      cell.dataset.title = title;
      const button = element("button", { type: "button", onclick: () => sortBy(table, column) }, title);
      cell.replaceChild(button, cell.firstChild);
      const first = table.tBodies[0].rows[0].cells[column];
      if (first.matches(".number")) cell.classList.add("number");
    });
    const copyButton = element("button", { type: "button" }, "Copy as CSV");
    copyButton.addEventListener("click", () => copyText(csvOf(table), copyButton));
    const saveButton = element(
      "button",
      { type: "button", onclick: () => nzsim.dom.save(`${section.id}.csv`, "text/csv", csvOf(table)) },
      "Save as CSV",
    );
    section.querySelector("h2").after(element("p", { class: "buttons" }, copyButton, " ", saveButton));
  }

  function start() {
    document.querySelectorAll("section.table").forEach(equip);
  }

  return { start, csvOf, quoted, copyText };
})();
