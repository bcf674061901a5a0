// An automatic theme follows the system; the server has written the choice into data-theme.
(() => {
  "use strict";
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    if (root.dataset.theme === "auto") root.dataset.bsTheme = dark.matches ? "dark" : "light";
    document.dispatchEvent(new CustomEvent("baseline:theme"));
  };
  dark.addEventListener("change", apply);
  apply();
})();
