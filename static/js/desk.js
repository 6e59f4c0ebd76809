/* Small comforts of the desk. Every page works without them. */
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const lang = document.documentElement.lang || "en";
const typing = (el) => el.matches("input, textarea, select, [contenteditable]");

/* Messages that can be put away. */
for (const button of $$("[data-dismiss]")) {
  button.hidden = false;
  button.addEventListener("click", () => button.closest(".alert").remove());
}

/* Menus close on Escape, on a click elsewhere, and when focus leaves. */
function close(details) {
  if (details.contains(document.activeElement)) details.querySelector("summary").focus();
  details.open = false;
}
document.addEventListener("click", (event) => {
  for (const details of $$("details[data-dropdown][open]")) if (!details.contains(event.target)) details.open = false;
});
document.addEventListener("focusin", (event) => {
  for (const details of $$("details[data-dropdown][open]")) if (!details.contains(event.target)) details.open = false;
});

/* An act that needs a second look: its panel moves into one dialog. */
for (const details of $$("details[data-confirm]")) {
  const panel = details.querySelector(".confirm-panel");
  const dialog = document.createElement("dialog");
  dialog.className = "pad";
  const title = panel.querySelector("h2");
  title.id ||= "confirm-" + Math.random().toString(36).slice(2);
  dialog.setAttribute("aria-labelledby", title.id);
  dialog.append(panel);
  document.body.append(dialog);
  const cancel = panel.querySelector("[data-close]");
  cancel.hidden = false;
  cancel.addEventListener("click", () => dialog.close());
  details.querySelector("summary").addEventListener("click", (event) => {
    event.preventDefault();
    dialog.showModal();
  });
}

/* Counters: characters used, as code points; other counts (the post on X) belong to their own pages. */
for (const counter of $$("[data-counter]")) {
  const control = document.getElementById(counter.dataset.counter);
  const limit = +counter.dataset.limit;
  const say = () => {
    const used = [...control.value].length;
    counter.textContent = `${used.toLocaleString(lang)} / ${limit.toLocaleString(lang)}`;
    counter.classList.toggle("over", used > limit);
  };
  control.addEventListener("input", say);
  say();
}

/* Large clocks: time since, or time left, in still figures. */
const clocks = $$("[data-clock]");
function beat() {
  for (const clock of clocks) {
    const seconds = Math.round((Date.now() - new Date(clock.dataset.at)) / 1000) * (clock.dataset.clock === "until" ? -1 : 1);
    const s = Math.abs(seconds);
    const two = (n) => String(n).padStart(2, "0");
    clock.textContent = (seconds < 0 ? "−" : "") +
      (s >= 3600 ? `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}` : Math.floor(s / 60)) + ":" + two(s % 60);
    if (clock.dataset.clock === "until") {
      const box = clock.closest(".figure");
      box.classList.toggle("s-failed", seconds < 0);
      box.classList.toggle("s-uncertain", seconds >= 0 && seconds < +clock.dataset.warn);
    }
  }
}
if (clocks.length) { beat(); setInterval(beat, 1000); }

/* Copy. */
for (const button of $$("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const word = button.querySelector("span");
    const before = word.textContent;
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
    word.textContent = button.dataset.copied;
    setTimeout(() => { word.textContent = before; }, 2000);
  });
}

/* Tabs over sections of the same page. */
for (const bar of $$("[data-tabs]")) {
  const links = $$("a", bar);
  const panels = links.map((link) => link.hash && link.getAttribute("href").startsWith("#") && document.querySelector(link.hash));
  if (!panels.length || !panels.every(Boolean)) continue;
  bar.setAttribute("role", "tablist");
  const select = (chosen, focus) => links.forEach((link, i) => {
    link.removeAttribute("aria-current");
    link.setAttribute("aria-selected", i === chosen);
    link.tabIndex = i === chosen ? 0 : -1;
    panels[i].hidden = i !== chosen;
    if (i === chosen && focus) link.focus();
  });
  links.forEach((link, i) => {
    link.setAttribute("role", "tab");
    link.id ||= `${panels[i].id}-tab`;
    link.setAttribute("aria-controls", panels[i].id);
    panels[i].setAttribute("role", "tabpanel");
    panels[i].setAttribute("aria-labelledby", link.id);
    link.addEventListener("click", (event) => { event.preventDefault(); select(i); });
    link.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (step) { event.preventDefault(); select((i + step + links.length) % links.length, true); }
    });
  });
  const marked = links.findIndex((link) => link.hasAttribute("aria-current"));
  const follow = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    return target ? panels.findIndex((panel) => panel.contains(target)) : -1;
  };
  select(follow() >= 0 ? follow() : Math.max(0, marked));
  addEventListener("hashchange", () => follow() >= 0 && select(follow()));
}

/* Keys: "?" lists what [data-key="n"] links and buttons on this page answer to. */
const keys = document.getElementById("keys");
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") $$("details[data-dropdown][open]").forEach(close);
  if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.key === "?" && keys) {
    event.preventDefault();
    const list = keys.querySelector("dl");
    $$("[data-listed]", list).forEach((row) => row.remove());
    for (const el of $$("[data-key]")) {
      const row = Object.assign(document.createElement("div"), { innerHTML: "<dt><kbd></kbd></dt><dd></dd>" });
      row.dataset.listed = "";
      row.querySelector("kbd").textContent = el.dataset.key;
      row.querySelector("dd").textContent = el.dataset.keyLabel || el.textContent.trim();
      list.append(row);
    }
    keys.showModal();
  } else {
    const el = $$("[data-key]").find((el) => el.dataset.key === event.key && el.offsetParent);
    if (el) { event.preventDefault(); el.matches("input, textarea") ? el.focus() : el.click(); }
  }
});

document.getElementById("error-summary")?.focus();
