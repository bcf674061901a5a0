// What makes the pages quicker to use; every one of them reads and saves without it.
(() => {
  "use strict";

  // What the small files beside this one share.
  const Baseline = (window.Baseline = window.Baseline || {});
  // The session is gone or another one: session.js says so, in a dialog.
  Baseline.isRefused = (xhr) => Boolean(xhr.getResponseHeader("X-Sign-In") || xhr.getResponseHeader("X-Page-Too-Old"));

  // Somebody types there: letters are no keys. Into a choice nobody types. A field keeps the focus for a moment after its dialog has closed.
  const TYPING = "input:not([type=radio]), textarea, select, [contenteditable]";
  Baseline.isTyping = (target) => Boolean(target.closest?.(TYPING)?.getClientRects().length);

  // One of the frame's dialogs, which stand in a template until they are needed.
  Baseline.dialog = (id) => {
    const present = document.getElementById(id);
    if (present) return present;
    const kept = document.getElementById("frame-dialogs")?.content.getElementById(id);
    return kept ? document.body.appendChild(kept.cloneNode(true)) : null;
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeMenus(null);
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
    const closes = event.target.closest("[data-close-dialog]");
    if (closes && Baseline.mayLeave(closes.closest("dialog"))) closes.closest("dialog").close();
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
  const sayNotAnswered = (event) => {
    if (event.detail.xhr && Baseline.isRefused(event.detail.xhr)) return;
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
