// What makes the pages quicker to use; every one of them reads and saves without it.
(() => {
  "use strict";

  const isTyping = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;

  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target)) {
      const field = document.querySelector("[data-global-search]");
      if (field) {
        event.preventDefault();
        field.focus();
        field.select();
      }
    }
    if (event.key === "Escape") closeMenus(null);
    if (/^[a-z]$/.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target)) {
      const control = document.querySelector(`a[aria-keyshortcuts="${event.key}"], button[aria-keyshortcuts="${event.key}"]`);
      if (control) {
        event.preventDefault();
        control.click();
      }
    }
  });

  // Menus are <details>: they open without script; with it, only one is open and a click beside it closes it.
  const closeMenus = (except) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (menu === except) continue;
      const inside = menu.contains(document.activeElement);
      menu.open = false;
      if (inside && except === null) menu.querySelector("summary").focus();
    }
  };
  document.addEventListener("click", (event) => {
    const dismiss = event.target.closest("[data-dismiss]");
    if (dismiss) dismiss.closest(".toast-message").remove();
    const menu = event.target.closest("details.menu");
    for (const open of document.querySelectorAll("details.menu[open]")) if (open !== menu) open.open = false;
  });

  // Good news leaves by itself; warnings and errors stay until read.
  const armToasts = () => {
    for (const toast of document.querySelectorAll('.toast-message[data-toast="success"]:not([data-armed])')) {
      toast.dataset.armed = "";
      window.setTimeout(() => toast.remove(), 6000);
    }
  };

  // A form is sent once, however often its button is pressed.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent !== undefined) event.preventDefault();
    form.dataset.sent = "";
    window.setTimeout(() => delete form.dataset.sent, 4000);
  });

  // A filter's drop-down applies at once.
  document.addEventListener("change", (event) => {
    if (event.target.matches(".filter-bar select")) event.target.form.requestSubmit();
  });

  // An answer that cannot be shown in place, or none, is said; what was typed stays where it is.
  const sayNotAnswered = () => {
    const words = document.getElementById("not-answered");
    const messages = document.getElementById("messages");
    if (!words || !messages || messages.querySelector("[data-not-answered]")) return;
    messages.append(words.content.cloneNode(true));
  };
  document.addEventListener("htmx:responseError", sayNotAnswered);
  document.addEventListener("htmx:sendError", sayNotAnswered);

  document.addEventListener("htmx:afterSettle", armToasts);
  document.addEventListener("DOMContentLoaded", armToasts);
})();
