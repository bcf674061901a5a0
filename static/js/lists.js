// Lists by keyboard, and the selection of rows; reading, filtering and ticking work without it.
(() => {
  "use strict";

  const TYPED = "textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=submit])";
  const rows = () => [...document.querySelectorAll("table[data-table] > tbody > tr:has(> th a)")];
  const linkOf = (row) => row.querySelector(":scope > th a");
  const boxOf = (row) => row.querySelector(":scope > .col-select input");
  const boxes = () => rows().map(boxOf).filter(Boolean);
  const bar = () => document.querySelector("[data-bulk]");
  let last = null;

  const here = () => rows().findIndex((row) => row.contains(document.activeElement));

  const move = (by) => {
    const all = rows();
    if (all.length === 0) return;
    const at = here();
    const to = at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + by));
    linkOf(all[to]).focus();
    all[to].scrollIntoView({ block: "nearest" });
  };

  const tick = (isRange) => {
    const all = rows();
    const row = all[here()];
    const box = row && boxOf(row);
    if (!box) return;
    const from = isRange && last ? all.indexOf(last) : -1;
    if (from < 0) {
      box.checked = !box.checked;
    } else {
      const [low, high] = [from, all.indexOf(row)].sort((a, b) => a - b);
      for (const between of all.slice(low, high + 1)) boxOf(between).checked = true;
    }
    last = row;
    show();
  };

  const clear = () => {
    for (const box of boxes()) box.checked = false;
    const whole = bar()?.querySelector("[name=query]");
    if (whole) whole.checked = false;
    last = null;
    show();
  };

  // The bar says how many; "all of the result" is offered once the page is ticked.
  const show = () => {
    const form = bar();
    if (!form) return;
    const all = boxes();
    const ticked = all.filter((box) => box.checked).length;
    const whole = form.querySelector("[name=query]");
    const isPage = ticked > 0 && ticked === all.length;
    if (whole && !isPage) whole.checked = false;
    form.dataset.armed = "";
    form.hidden = ticked === 0;
    if (whole) whole.closest("label").hidden = !isPage;
    const count = form.querySelector("[data-bulk-count]");
    count.textContent = count.dataset.words.replace("#", ticked);
    const page = document.querySelector("[data-select-page]");
    if (page) {
      page.hidden = false;
      page.checked = isPage;
      page.indeterminate = ticked > 0 && !isPage;
    }
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest(TYPED)) return;
    const actions = { j: () => move(1), k: () => move(-1), x: () => tick(false), X: () => tick(true) };
    if (event.key === "Escape" && boxes().some((box) => box.checked)) clear();
    if (actions[event.key] && rows().length) {
      event.preventDefault();
      actions[event.key]();
    }
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-select-page]")) {
      for (const box of boxes()) box.checked = event.target.checked;
    }
    if (event.target.matches("[data-auto-submit]")) event.target.form.requestSubmit();
    if (event.target.matches("[data-select-page], .col-select input")) {
      last = event.target.closest("tbody tr");
      show();
    }
  });
  document.addEventListener("reset", (event) => {
    if (!event.target.matches("[data-bulk]")) return;
    event.preventDefault();
    clear();
  });
  // A list that is shown anew in its place keeps its selection.
  let kept = new Set();
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!event.detail.target.querySelector?.(".col-select")) return;
    kept = new Set(boxes().filter((box) => box.checked).map((box) => box.value));
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (!event.detail.target.querySelector?.("[data-bulk]")) return;
    for (const box of boxes()) box.checked = kept.has(box.value);
    last = null;
    show();
  });
  // The browser brings ticked boxes back with the page.
  document.addEventListener("DOMContentLoaded", show);
  window.addEventListener("pageshow", show);
})();
