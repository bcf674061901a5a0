// Keys. A link, button or field with aria-keyshortcuts="x" gets its key; a link with data-go="x" is reached by g, then x.
// data-keys="j k" with data-keys-label tells of keys that another file serves, where the page has what data-keys-where
// selects. `?` shows them all.
(() => {
  "use strict";

  const GO_MS = 1500;
  const TYPING = "input, textarea, select, [contenteditable]";
  let goSince = 0;

  const isBusy = (event) =>
    event.defaultPrevented || event.isComposing || event.repeat || event.ctrlKey || event.metaKey || event.altKey ||
    window.Baseline.isTyping(event.target) || document.querySelector("dialog[open]") !== null;
  const isThere = (element) => element.getClientRects().length > 0;
  const find = (selector) => [...document.querySelectorAll(selector)].find(isThere);

  const use = (control) => {
    if (control.matches(TYPING)) {
      control.focus();
      if (control.type === "radio") control.click();
      else if (control.select) control.select();
    } else control.click();
  };

  // --- Help ---

  const described = () => {
    const found = new Map();
    for (const one of document.querySelectorAll("main [aria-keyshortcuts]")) {
      const label = one.dataset.keysLabel || one.getAttribute("aria-label") || one.textContent.trim() || one.title;
      for (const key of one.getAttribute("aria-keyshortcuts").split(" ")) if (isThere(one) && !found.has(key)) found.set(key, label);
    }
    for (const one of document.querySelectorAll("[data-keys]")) {
      const isMeant = !one.dataset.keysWhere || document.querySelector(one.dataset.keysWhere) !== null;
      if (isMeant && !found.has(one.dataset.keys)) found.set(one.dataset.keys, one.dataset.keysLabel);
    }
    return found;
  };

  const showHelp = () => {
    const help = window.Baseline.dialog("keys-help");
    if (!help) return;
    const list = help.querySelector("dl[data-page-keys]");
    list.replaceChildren();
    for (const [keys, label] of described()) {
      const term = document.createElement("dt");
      for (const key of keys.split(" ")) {
        const shown = document.createElement("kbd");
        shown.textContent = key;
        term.append(shown, " ");
      }
      const words = document.createElement("dd");
      words.textContent = label.replace(/\s+/g, " ");
      list.append(term, words);
    }
    for (const part of help.querySelectorAll("[data-page-keys]")) part.hidden = list.children.length === 0;
    help.showModal();
  };

  // --- Keys ---

  const goTo = (key) => document.querySelector(`[data-go="${CSS.escape(key)}"]`);

  document.addEventListener("keydown", (event) => {
    if (isBusy(event)) return;
    const key = event.key;
    if (key === "?") {
      event.preventDefault();
      showHelp();
      return;
    }
    if (!/^[a-z/]$/.test(key)) return;
    const isGoing = event.timeStamp - goSince < GO_MS && goSince > 0;
    goSince = 0;
    if (isGoing && goTo(key)) {
      event.preventDefault();
      goTo(key).click();
      return;
    }
    const control = find(`[aria-keyshortcuts~="${CSS.escape(key)}"]`);
    if (control) {
      event.preventDefault();
      use(control);
    } else if (key === "g") goSince = event.timeStamp;
  });

  for (const button of document.querySelectorAll("[data-shows-keys]")) button.classList.remove("d-none");
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-shows-keys]")) return;
    for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
    showHelp();
  });
})();
