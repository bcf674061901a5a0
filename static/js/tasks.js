// Tasks: the dialog of small forms, the keys of a row, and the bell.
(() => {
  "use strict";

  const dialog = () => document.getElementById("dialog");

  // What htmx puts into the dialog opens it; an empty answer, after which the page shows its tasks anew, closes it.
  document.addEventListener("htmx:afterSwap", (event) => {
    const body = event.detail.target;
    if (body.id !== "dialog-body" || !body.querySelector("form")) return;
    if (!dialog().open) dialog().showModal();
    const wrong = body.querySelector(".field-error");
    const first = (wrong && wrong.parentElement.querySelector("input, select, textarea")) || body.querySelector("[autofocus]");
    if (first) first.focus();
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id !== "dialog-body" || !dialog() || !dialog().open) return;
    if ((event.detail.xhr.getResponseHeader("HX-Trigger") || "").includes("tasks-changed")) dialog().close();
  });
  document.addEventListener("click", (event) => {
    if (event.target === dialog() && window.Baseline.mayLeave(dialog())) dialog().close();
  });

  // From any page: the customer the page is about comes along.
  document.addEventListener("htmx:configRequest", (event) => {
    const link = document.querySelector("main [data-new-task]");
    if (link && event.target.matches(".top-bar [data-new-task]")) event.detail.path = link.getAttribute("href");
  });

  // The row that has the focus, or the first; d is done, z puts off.
  const KEYS = { d: "done", z: "snooze" };
  const rows = () => [...document.querySelectorAll("[data-tasks] tr[data-row]")];
  const present = () => rows().find((row) => row.contains(document.activeElement) || row.matches(".is-current, [aria-selected='true']"));
  let left = -1;
  document.addEventListener("keydown", (event) => {
    const action = KEYS[event.key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey || window.Baseline.isTyping(event.target)) return;
    if (dialog() && dialog().open) return;
    const row = present() || rows()[0];
    const control = row && row.querySelector(`[data-task="${action}"]`);
    if (!control) return;
    event.preventDefault();
    left = rows().indexOf(row);
    control.click();
  });
  // After the list was shown anew the focus is where it was: d d d finishes three, u takes one back.
  let last = -1;
  document.addEventListener("focusin", (event) => {
    if (!event.target.closest(".toasts")) last = rows().indexOf(event.target.closest("tr"));
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (left < 0 && event.detail.target.matches("[data-tasks]") && document.activeElement.matches("body, tr *, .toasts *")) left = last;
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (left < 0 || !event.detail.target.matches("[data-tasks]")) return;
    const row = rows()[Math.min(left, rows().length - 1)];
    left = -1;
    const link = row && row.querySelector("a");
    if (link) link.focus();
  });

  // The bell asks at most once a minute, whichever page one goes to, and says nothing where it gets no answer.
  const MINUTE = 60_000;
  const known = () => Number(sessionStorage.getItem("bell-asked") || 0);
  const ask = () => {
    const bell = document.querySelector("[data-bell]");
    if (!bell || document.hidden || Date.now() - known() < MINUTE) return;
    sessionStorage.setItem("bell-asked", String(Date.now()));
    window.htmx.trigger(bell, "ask");
  };
  const count = (text) => {
    const bell = document.querySelector("[data-bell]");
    if (!bell || !text) return;
    const badge = document.createElement("span");
    badge.className = "badge bg-red text-red-fg badge-notification";
    badge.textContent = text;
    bell.replaceChildren(badge);
  };
  document.addEventListener("DOMContentLoaded", () => {
    const bell = document.querySelector("[data-bell]");
    if (!bell) return;
    for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
      bell.addEventListener(name, (event) => event.stopPropagation());
    }
    bell.addEventListener("htmx:afterSettle", () => sessionStorage.setItem("bell-count", bell.textContent.trim()));
    // Where notices are read the count is old as soon as one leaves.
    if (document.querySelector("[data-notices]")) {
      sessionStorage.removeItem("bell-asked");
      window.addEventListener("pagehide", () => sessionStorage.removeItem("bell-asked"));
    }
    count(sessionStorage.getItem("bell-count"));
    ask();
    window.setInterval(ask, 5_000);
  });
})();
