// What the field of the search offers while somebody types: arrows choose, Enter opens the first, Escape closes. On the
// list that it narrows Enter narrows. Without script the form leads to that list.
(() => {
  "use strict";

  const input = document.querySelector("[data-global-search]");
  const panel = document.getElementById("found-panel");
  const said = document.getElementById("found-status");
  if (!input || !panel) return;
  const form = input.form;
  let at = -1;
  let isWanted = false; // Enter was pressed before the answer came
  let isLeaving = false;
  let sent = null; // the text that was asked for last

  const options = () => [...panel.querySelectorAll("[role=option]")];
  const typed = () => panel.querySelector("[role=listbox]")?.dataset.typed;
  const isFresh = () => typed() === input.value;

  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-haspopup", "listbox"], ["aria-expanded", "false"]]) input.setAttribute(name, value);

  const choose = (to) => {
    const all = options();
    at = all.length === 0 ? -1 : (to + all.length) % all.length;
    all.forEach((one, index) => one.setAttribute("aria-selected", String(index === at)));
    if (at < 0) return;
    input.setAttribute("aria-activedescendant", all[at].id);
    all[at].scrollIntoView({ block: "nearest" });
  };

  const close = () => {
    panel.hidden = true;
    isWanted = false;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-controls");
    unchoose();
  };
  const unchoose = () => {
    at = -1;
    for (const one of options()) one.setAttribute("aria-selected", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const open = () => {
    panel.hidden = false;
    input.setAttribute("aria-expanded", "true");
    input.setAttribute("aria-controls", "found");
    said.textContent = panel.querySelector("[role=listbox]").dataset.status;
  };
  const seek = () => window.htmx.trigger(input, "seek");

  // The first customer; where nobody fits, or is only guessed, the list, which says so.
  const openFirst = () => {
    const [first] = panel.querySelectorAll("[role=listbox]:not([data-guessed]) > [role=option]");
    close();
    isLeaving = true;
    if (first) first.click();
    else form.submit();
  };

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target !== panel) return;
    unchoose();
    if (isWanted && isFresh()) openFirst();
    else if (document.activeElement === input) open();
  });
  // A text is asked for once, and nothing when the page is being left.
  input.addEventListener("htmx:confirm", (event) => {
    if (isLeaving || sent === input.value) event.preventDefault();
  });
  input.addEventListener("htmx:beforeSend", () => {
    sent = input.value;
  });
  // Without an answer the list has one.
  input.addEventListener("htmx:afterRequest", () => {
    if (typed() === sent) return;
    sent = null;
    if (isWanted) form.submit();
  });
  form.addEventListener("submit", () => {
    isLeaving = true;
  });
  window.addEventListener("pageshow", () => {
    isLeaving = false;
  });

  input.addEventListener("focus", () => {
    isLeaving = false;
    if (isFresh()) open();
    else seek();
  });
  form.addEventListener("focusout", (event) => {
    if (!form.contains(event.relatedTarget)) close();
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (panel.hidden && isFresh()) open();
      else if (panel.hidden) seek();
      else choose(event.key === "ArrowDown" ? at + 1 : Math.max(at, 0) - 1);
    } else if (event.key === "Escape" && !panel.hidden) {
      event.preventDefault();
      close();
    } else if (event.key === "Enter") enter(event);
  });
  const enter = (event) => {
    const chosen = !panel.hidden && options()[at];
    if (!chosen && (form.dataset.narrows !== undefined || !input.value.trim())) return;
    event.preventDefault();
    if (chosen) {
      isLeaving = true;
      chosen.click();
    } else if (isFresh()) openFirst();
    else {
      isWanted = true;
      seek();
    }
  };

  document.addEventListener("keydown", (event) => {
    if (event.key !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    if (document.querySelector("dialog[open]")) return;
    event.preventDefault();
    input.focus();
    input.select();
  });
})();
