// A part of the page was refused: signed out meanwhile, or signed in anew in another tab. What is typed stays (drafts.js).
(() => {
  "use strict";

  const open = (dialog) => {
    if (!dialog || dialog.open) return;
    window.Baseline.keepDrafts();
    dialog.showModal();
  };

  document.addEventListener("htmx:responseError", (event) => {
    const signIn = event.detail.xhr.getResponseHeader("X-Sign-In");
    if (signIn) {
      const dialog = window.Baseline.dialog("signed-out");
      dialog.querySelector("[data-sign-in]").href = signIn;
      open(dialog);
    } else if (event.detail.xhr.getResponseHeader("X-Page-Too-Old")) {
      open(window.Baseline.dialog("page-too-old"));
    }
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-sign-in]")) window.Baseline.leaveWithDrafts();
    if (event.target.closest("[data-open-again]")) {
      window.Baseline.leaveWithDrafts();
      window.location.reload();
    }
  });
})();
