// Nothing typed is lost. Each form that takes a POST is kept in this tab while somebody types in it, for its author
// alone (`data-whose`); it comes back when the session, or the server, was gone meanwhile. Whoever leaves what they
// typed by themselves is asked, and then it is gone. Passwords, codes and files are never kept.
//
// A draft is `typed`, `sent` with the page, or `lost`: only what was lost comes back.
(() => {
  "use strict";

  const { whose = "", lost, signOut = "", isBack = "", fileAgain = "", ask = "" } = document.currentScript.dataset;
  const Baseline = (window.Baseline = window.Baseline || {});
  const PREFIX = "draft ";
  const MINE = `${PREFIX}${whose} ${window.location.pathname} `;
  const NEVER = new Set(["password", "file", "submit", "button", "image", "reset"]);
  const SECRET = /one-time-code|password/;

  // --- What a form holds ---

  const isPost = (form) => (form.getAttribute("method") || "").toLowerCase() === "post";
  const isLeftOut = (form) => "noDraft" in form.dataset || "bulk" in form.dataset || form.id === "changelist-form";
  const isKept = (control) =>
    control.name !== undefined && control.name !== "" && control.name !== "csrfmiddlewaretoken" && control.name !== "next" &&
    !NEVER.has(control.type) && !/_FORMS$/.test(control.name) && !SECRET.test(control.getAttribute("autocomplete") || "");
  const controlsOf = (form) => [...form.elements].filter(isKept);
  const isShown = (control) => control.type !== "hidden";
  const postForms = () => [...document.forms].filter((form) => (isPost(form) || form.hasAttribute("hx-post")) && !isLeftOut(form) && controlsOf(form).some(isShown));

  const valueOf = (control) => {
    if (control.type === "checkbox" || control.type === "radio") return control.checked ? [control.value] : [];
    if (control.type === "select-multiple") return [...control.selectedOptions].map((option) => option.value);
    return [control.value];
  };

  // name → what each of its controls holds, in their order.
  const contentOf = (form) => {
    const content = {};
    for (const control of controlsOf(form)) (content[control.name] ??= []).push(valueOf(control));
    return content;
  };

  const putInto = (control, values) => {
    if (control.type === "checkbox" || control.type === "radio") control.checked = values.includes(control.value);
    else if (control.type === "select-multiple") for (const option of control.options) option.selected = values.includes(option.value);
    else if (control.type !== "select-one" || [...control.options].some((option) => option.value === values[0])) control.value = values[0] ?? "";
  };

  const fill = (form, content) => {
    const next = {};
    const changed = [];
    for (const control of controlsOf(form)) {
      const at = (next[control.name] = (next[control.name] ?? -1) + 1);
      const held = control.type === "radio" ? content[control.name]?.find((values) => values.length) : content[control.name]?.[at];
      if (held === undefined || JSON.stringify(valueOf(control)) === JSON.stringify(held)) continue;
      putInto(control, held);
      if (isShown(control)) changed.push(control);
    }
    for (const control of changed) {
      control.dispatchEvent(new Event("input", { bubbles: true }));
      control.dispatchEvent(new Event("change", { bubbles: true }));
    }
    return changed.length > 0;
  };

  // --- Where drafts are kept ---

  const keysOf = (start) => Object.keys(window.sessionStorage).filter((key) => key.startsWith(start));
  const read = (key) => JSON.parse(window.sessionStorage.getItem(key));
  const drop = (key) => window.sessionStorage.removeItem(key);
  const write = (key, draft) => {
    try {
      window.sessionStorage.setItem(key, JSON.stringify(draft));
    } catch {
      // No room left in the tab: what is typed still stands on the page.
    }
  };

  const addressOf = (form) => new URL(form.getAttribute("hx-post") || form.getAttribute("action") || "", window.location.href).pathname;
  const keyOf = (form) => {
    const address = addressOf(form);
    const alike = postForms().filter((one) => addressOf(one) === address);
    return `${MINE}${address} ${form.dataset.draft ?? Math.max(0, alike.indexOf(form))}`;
  };

  // Forms that a part of the page brought: how to bring them again. id of the place → what was asked for. A form that
  // takes the place of the one before it, at the same address of the page, says itself (`data-draft-from`).
  const brought = {};
  const originOf = (form) => {
    if (form.dataset.draftFrom) return { place: form.getAttribute("hx-target").slice(1), path: form.dataset.draftFrom, swap: form.getAttribute("hx-swap") };
    for (let place = form; place; place = place.parentElement) if (brought[place.id]) return brought[place.id];
    return null;
  };

  // --- What is unsaved ---

  const began = new WeakMap(); // form → what it held when it came
  const finished = new WeakSet(); // sent, saved or given up
  const hasFaults = (form) => form.querySelector(".is-invalid, .field-error, .invalid-feedback, .errorlist") !== null;
  const meet = () => {
    for (const form of postForms()) if (!began.has(form)) began.set(form, JSON.stringify(contentOf(form)));
  };
  const isUnsaved = (form) =>
    began.has(form) && !finished.has(form) && (hasFaults(form) || JSON.stringify(contentOf(form)) !== began.get(form));
  const unsavedIn = (place) => postForms().filter((form) => place.contains(form) && isUnsaved(form));

  let hasSignedOut = false; // what was asked for before may be refused only now, and keeps nothing any more
  const keep = (form, state) => {
    if (whose === "" || hasSignedOut || !controlsOf(form).some(isShown)) return;
    const hasFile = [...form.elements].some((control) => control.type === "file" && control.files.length > 0);
    write(keyOf(form), { state, content: contentOf(form), origin: originOf(form), hasFile });
  };
  const giveUp = (form) => {
    finished.add(form);
    began.set(form, JSON.stringify(contentOf(form))); // a field that loses the focus only now tells of a change
    drop(keyOf(form));
  };

  // --- Coming back ---

  const say = (form, draft) => {
    const words = document.createElement("div");
    words.className = "alert alert-info";
    words.setAttribute("role", "status");
    words.dataset.draftIsBack = "";
    words.textContent = draft.hasFile ? `${isBack} ${fileAgain}` : isBack;
    form.prepend(words);
    form.scrollIntoView({ block: "nearest" });
  };

  const bringBack = () => {
    for (const form of postForms()) {
      const key = keyOf(form);
      const draft = read(key);
      if (!draft || draft.state !== "lost") continue;
      write(key, { ...draft, state: "typed" });
      if (fill(form, draft.content) || draft.hasFile) say(form, draft);
    }
  };

  // A form that stood in a part of the page is asked for again; it is filled when it comes.
  const askAgain = () => {
    const present = new Set(postForms().map(keyOf));
    for (const key of keysOf(MINE)) {
      const { state, origin } = read(key);
      if (state !== "lost" || present.has(key) || !origin || !document.getElementById(origin.place)) continue;
      brought[origin.place] = origin;
      const place = document.getElementById(origin.place);
      window.htmx.ajax("GET", origin.path, { source: place, target: place, swap: origin.swap });
    }
  };

  // What was asked for again has come, without the form: somebody else is done with it.
  const forgetGone = (place, path) => {
    for (const key of keysOf(MINE)) {
      const { state, origin } = read(key);
      if (state === "lost" && origin && origin.place === place && origin.path === path) drop(key);
    }
  };

  const turn = (keys, from, to) => {
    for (const key of keys) {
      const draft = read(key);
      if (from.includes(draft.state)) write(key, { ...draft, state: to });
    }
  };

  const arrive = () => {
    if (whose === "" || lost !== undefined) {
      turn(keysOf(PREFIX), ["typed", "sent"], "lost");
      return;
    }
    for (const key of keysOf(PREFIX)) if (!key.startsWith(`${PREFIX}${whose} `) || read(key).state !== "lost") drop(key);
    meet();
    bringBack();
    if (window.htmx) askAgain();
  };

  Baseline.keepDrafts = () => {
    for (const form of unsavedIn(document)) keep(form, "typed");
  };
  Baseline.leaveWithDrafts = () => {
    Baseline.keepDrafts();
    turn(keysOf(MINE), ["typed"], "lost");
    for (const form of postForms()) finished.add(form);
  };
  // For those who replace or close a part of the page: whether nothing unsaved is in it, or its author lets it go.
  const mayLose = (forms) => {
    if (forms.length > 0 && !window.confirm(ask)) return false;
    forms.forEach(giveUp);
    return true;
  };
  Baseline.mayLeave = (place) => mayLose(unsavedIn(place));

  // --- While somebody works ---

  const onTyping = (event) => {
    const form = event.target.form;
    if (!form || !began.has(form)) return;
    finished.delete(form);
    if (isUnsaved(form)) keep(form, "typed");
    else drop(keyOf(form));
  };
  document.addEventListener("input", onTyping);
  document.addEventListener("change", onTyping);

  window.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !isPost(form)) return;
    if (signOut !== "" && addressOf(form) === signOut) {
      hasSignedOut = true;
      keysOf(PREFIX).forEach(drop);
    } else if (postForms().includes(form)) {
      keep(form, "sent");
      finished.add(form);
    }
  });

  document.addEventListener("htmx:beforeRequest", (event) => {
    const { elt, target, requestConfig } = event.detail;
    const form = elt.closest("form");
    if (requestConfig.verb !== "get") {
      if (form && postForms().includes(form)) keep(form, "typed");
      if (target && !mayLose(unsavedIn(target).filter((one) => one !== form))) event.preventDefault();
    } else if (elt !== form && target && !elt.closest("[data-keeps-text]") && !Baseline.mayLeave(target)) event.preventDefault();
  });
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const { elt, xhr, requestConfig } = event.detail;
    const form = elt.closest("form");
    if (form && requestConfig.verb !== "get" && xhr.status < 400) giveUp(form);
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    const { requestConfig, target } = event.detail;
    if (requestConfig && requestConfig.verb === "get" && target && target.id && requestConfig.elt !== target) {
      const swap = requestConfig.elt.closest("[hx-swap]")?.getAttribute("hx-swap") || "innerHTML";
      const path = event.detail.pathInfo.finalRequestPath || event.detail.pathInfo.requestPath;
      brought[target.id] = { place: target.id, path, swap };
    }
    meet();
    bringBack();
    if (requestConfig && target && requestConfig.elt === target) forgetGone(target.id, event.detail.pathInfo.requestPath);
  });

  window.addEventListener("beforeunload", (event) => {
    if (unsavedIn(document).length > 0) event.preventDefault();
  });

  // Esc in a dialog with unsaved text asks; keydown, since a second Esc closes a dialog whatever `cancel` says.
  document.addEventListener("keydown", (event) => {
    const dialog = event.key === "Escape" && event.target.closest && event.target.closest("dialog[open]");
    if (!dialog || unsavedIn(dialog).length === 0) return;
    event.preventDefault();
    if (Baseline.mayLeave(dialog)) dialog.close();
  });

  arrive();
})();
