// Logging a contact: the outcome says whether it was solved, Ctrl+Enter sends from the notes, Esc closes.
(() => {
  "use strict";

  const formOf = (target) => target.closest && target.closest("form[data-log-contact]");

  document.addEventListener("change", (event) => {
    const form = formOf(event.target);
    if (!form || event.target.name !== "outcome") return;
    const solved = form.elements.namedItem("is_solved");
    if (solved) solved.value = form.dataset.solving.split(" ").includes(event.target.value) ? "True" : "";
  });

  document.addEventListener("keydown", (event) => {
    const form = formOf(event.target);
    if (!form) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit();
    }
    const cancel = event.key === "Escape" && !event.defaultPrevented && form.querySelector("[data-cancel-log]");
    if (cancel) cancel.click(); // what is typed is asked about first (drafts.js)
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target.id !== "log-contact" || event.detail.target.contains(document.activeElement)) return;
    const first = event.detail.target.querySelector("a[aria-keyshortcuts='n']");
    if (first && document.activeElement === document.body) first.focus();
  });
})();
