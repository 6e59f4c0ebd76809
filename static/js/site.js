/* The public page works without this. It turns UTC into the reader's time, and the bars into one tab stop.
   New content announces itself: document.dispatchEvent(new CustomEvent("statushub:content")). */
const lang = document.documentElement.lang || "en";
const zoned = { hour: "2-digit", minute: "2-digit", timeZoneName: "short", hourCycle: "h23" };
const day = { year: "numeric", month: "short", day: "numeric" };
const formats = { date: day, time: zoned, datetime: { ...day, ...zoned },
  plain: { ...day, ...zoned, timeZoneName: undefined }, relative: { ...day, ...zoned } };
const formatter = {};
const format = (moment, style) =>
  (formatter[style] ??= new Intl.DateTimeFormat(lang, formats[style] || formats.datetime)).format(moment);
const ago = new Intl.RelativeTimeFormat(lang, { numeric: "auto", style: "short" });
const units = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

export function relative(moment, now = Date.now()) {
  const seconds = Math.round((moment - now) / 1000);
  const [unit, size] = units.find(([, size]) => Math.abs(seconds) >= size) || units[3];
  return unit === "second" ? ago.format(0, "minute") : ago.format(Math.trunc(seconds / size), unit);
}

function tick() {
  for (const el of document.querySelectorAll("time[data-local=relative]")) {
    el.textContent = relative(new Date(el.dateTime));
  }
  for (const el of document.querySelectorAll("[data-until]")) {
    el.textContent = relative(new Date(el.dataset.until));
  }
}

function localise() {
  for (const el of document.querySelectorAll("time[data-local]:not([title])")) {
    const moment = new Date(el.dateTime);
    el.title = el.textContent;
    el.textContent = format(moment, el.dataset.local);
    if (el.dataset.local === "relative") el.title = format(moment, "datetime");
  }
  for (const el of document.querySelectorAll("[data-from]:not([title])")) {
    el.title = el.textContent;
    const [from, to] = [new Date(el.dataset.from), new Date(el.dataset.to)];
    const range = new Intl.DateTimeFormat(lang, formats.datetime).formatRange(from, to);
    // Intl writes Japanese ranges in another style (2026/11/23 11時00分) than every other time here.
    el.textContent = lang !== "ja" ? range
      : format(from, "plain") + "～" + format(to, format(from, "date") === format(to, "date") ? "time" : "datetime");
  }
  tick();
  document.querySelectorAll("[data-bars]:not([data-ready])").forEach(bars);
}

function bars(box) {
  box.dataset.ready = "";
  const rows = [...box.querySelectorAll("[data-i]")];
  const svg = box.querySelector("svg");
  const count = rows.reduce((sum, row) => sum + +row.dataset.n, 0);
  const first = new Date(box.dataset.bars + "T00:00Z");
  const tip = Object.assign(document.createElement("div"), { className: "tip", hidden: true });
  const dates = new Intl.DateTimeFormat(lang, { ...day, timeZone: "UTC" });
  const here = document.createElementNS(svg.namespaceURI, "path");
  let at = count - 1;
  here.classList.add("here");
  svg.append(here);
  box.append(tip);
  for (const [name, value] of Object.entries({ role: "slider", tabindex: 0, "aria-readonly": true,
    "aria-valuemin": 1, "aria-valuemax": count })) svg.setAttribute(name, value);

  function show(index, visible = true) {
    at = Math.max(0, Math.min(count - 1, index));
    const row = rows.find((r) => +r.dataset.i <= at && at < +r.dataset.i + +r.dataset.n);
    const text = `${dates.format(first.getTime() + at * 864e5)}: ${row.lastElementChild.textContent}`;
    svg.setAttribute("aria-valuenow", at + 1);
    svg.setAttribute("aria-valuetext", text);
    tip.textContent = text;
    tip.hidden = !visible;
    here.setAttribute("d", visible ? `M${at * 5} 16h4` : "");
    const x = (at + .5) / count * svg.clientWidth - tip.offsetWidth / 2;
    tip.style.left = Math.max(0, Math.min(svg.clientWidth - tip.offsetWidth, x)) + "px";
    tip.style.top = svg.clientHeight + 6 + "px";
    return row.querySelector("a");
  }
  const under = (event) => Math.floor(event.offsetX / svg.clientWidth * count);
  const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageUp: 7, PageDown: -7, Home: -count, End: count };
  show(at, false);
  svg.addEventListener("focus", () => svg.matches(":focus-visible") && show(at));
  for (const [target, name] of [[svg, "blur"], [window, "resize"]]) target.addEventListener(name, () => show(at, false));
  svg.addEventListener("pointermove", (event) => show(under(event)));
  svg.addEventListener("pointerleave", () => show(at, false));
  svg.addEventListener("click", (event) => show(under(event))?.click());
  svg.addEventListener("keydown", (event) => {
    if (event.key in steps) { event.preventDefault(); show(at + steps[event.key]); }
    else if (event.key === "Enter") show(at)?.click();
    else if (event.key === "Escape") show(at, false);
  });
}

localise();
setInterval(tick, 30000);
document.addEventListener("statushub:content", localise);
