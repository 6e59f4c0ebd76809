// The draft editor: saves as one types, shows what others change, never loses a word.
// Without this file the same form saves by its buttons.

import { Clashes } from "./draft-clash.js";
import { isText, read, underCursor, write } from "./draft-fields.js";
import { names, reconcile, same } from "./draft-merge.js";
import { Preview } from "./draft-preview.js";

const AFTER_TYPING = 800;
const POLL = 3000;
const RETRIES = [1000, 2000, 4000, 8000, 15000];

class Editor {
  constructor(form) {
    this.form = form;
    this.words = form.dataset;
    this.version = Number(form.elements.base_version.value);
    this.base = read(form);
    this.theirs = new Map(); // fields in clash: what stands on the server
    this.attempts = [];
    this.failures = 0;
    this.leaving = false;
    this.line = document.getElementById("draft-saved");
    this.trouble = document.getElementById("draft-trouble");
    this.clashes = new Clashes(form, (name, way) => this.settle(name, way));
    this.preview = new Preview(form, () => this.body());
    this.store = `statushub.draft.${form.dataset.draft}`;
  }

  start() {
    this.form.addEventListener("input", (event) => this.typed(event));
    this.form.addEventListener("focusout", (event) => this.left(event.target.name));
    this.form.addEventListener("submit", (event) => this.submit(event));
    this.form.addEventListener("keydown", (event) => this.key(event));
    addEventListener("beforeunload", (event) => {
      if (!this.leaving && !this.clean()) event.preventDefault();
    });
    document.addEventListener("visibilitychange", () => document.hidden || this.poll());
    this.restore();
    this.poller = setInterval(() => document.hidden || this.poll(), POLL);
  }

  /** What goes to the server: mine, but where a clash is open, what is there already. */
  outgoing() {
    return { ...read(this.form), ...Object.fromEntries(this.theirs) };
  }

  body() {
    const body = new FormData();
    body.set("csrf_token", this.form.elements.csrf_token.value);
    body.set("base_version", this.version);
    for (const [name, value] of Object.entries(this.outgoing())) body.set(name, value);
    return body;
  }

  clean() {
    return !this.theirs.size && same(read(this.form), this.base);
  }

  typed(event) {
    this.preview.soon();
    if (event.detail === "merged") return;
    this.keep();
    if (!same(this.outgoing(), this.base)) this.say("saving");
    this.later(AFTER_TYPING);
  }

  later(delay) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), delay);
  }

  /** Save what differs; one request at a time. Resolves when the server has said its word. */
  async save() {
    clearTimeout(this.timer);
    if (this.saving) {
      await this.saving;
      return this.save();
    }
    const sent = this.outgoing();
    if (same(sent, this.base) || this.closed) return this.settled();
    this.say("saving");
    this.saving = this.send(sent);
    try {
      return await this.saving;
    } finally {
      this.saving = null;
    }
  }

  async send(sent) {
    this.attempts = [...this.attempts, sent].slice(-20);
    let answer;
    try {
      answer = await fetch(this.form.action, {
        method: "POST",
        body: this.body(),
        headers: { Accept: "application/json" },
      });
    } catch {
      return this.again();
    }
    const state = await answer.json().catch(() => ({}));
    if (answer.ok) return this.accepted(sent, state);
    if (answer.status === 409 && state.fields) return this.met(state);
    if (answer.status >= 500 || answer.status === 429) return this.again();
    return this.refused(answer.status, state);
  }

  accepted(sent, state) {
    this.failures = 0;
    this.attempts = [];
    this.base = sent;
    this.trouble.textContent = "";
    this.receive(state);
    return this.settled();
  }

  /** Somebody saved in between and touched the same field: take the rest, ask about that one. */
  met(state) {
    this.receive(state);
    this.later(0);
    return false;
  }

  again() {
    const delay = RETRIES[Math.min(this.failures, RETRIES.length - 1)];
    this.failures += 1;
    this.say("failed");
    this.trouble.textContent = this.words.sayFailed;
    this.later(delay);
    return false;
  }

  refused(status, state) {
    const reasons = Object.values(state.fields ?? {}).join(" ");
    const why = reasons || state.error || "";
    this.say("failed");
    this.trouble.textContent = status === 401 ? this.words.sayOut : `${this.words.sayRefused} ${why}`;
    return false;
  }

  settled() {
    if (!this.clean()) return false;
    sessionStorage.removeItem(this.store);
    this.say("saved");
    return true;
  }

  async poll() {
    if (this.saving || this.polling || this.closed) return;
    this.polling = true;
    try {
      const headers = { Accept: "application/json", "If-None-Match": this.tag ?? "" };
      const answer = await fetch(this.words.state, { headers });
      if (answer.status === 200) {
        this.tag = answer.headers.get("ETag");
        const state = await answer.json();
        if (!this.saving) this.receive(state);
      }
    } catch {
      // The line is down; saving says so when there is something to save.
    } finally {
      this.polling = false;
    }
  }

  receive(state) {
    if (state.closed) return this.close(state);
    if (state.csrf) this.form.elements.csrf_token.value = state.csrf;
    if (state.version < this.version) return undefined; // an answer overtaken by a newer one
    const found = reconcile({
      base: this.base,
      mine: this.mine(),
      theirs: state.fields,
      held: underCursor(this.form),
      attempts: this.attempts,
    });
    this.version = state.version;
    this.form.elements.base_version.value = state.version;
    this.who = state.saved_by;
    this.at = state.saved_at;
    this.base = found.base;
    for (const [name, value] of Object.entries(found.apply)) write(this.form, name, value);
    this.ask(found.clashes, state.fields);
    this.preview.mailOf(state.version);
    if (this.clean()) this.say("saved");
    if (Object.keys(found.apply).length) this.announce();
    return undefined;
  }

  /** For merging, a field in clash stands here as it did; its base moves with the server's. */
  mine() {
    const fields = read(this.form);
    for (const name of this.theirs.keys()) {
      if (fields[name] === this.theirs.get(name)) this.drop(name);
    }
    return fields;
  }

  ask(found, fields) {
    for (const name of names(Object.fromEntries(this.theirs), Object.fromEntries(found.map((n) => [n, ""])))) {
      const mine = read(this.form)[name] ?? "";
      const theirs = fields[name] ?? "";
      if (mine === theirs) {
        this.drop(name);
        continue;
      }
      if (!this.theirs.has(name)) this.untouched = { ...this.untouched, [name]: mine };
      this.theirs.set(name, theirs);
      this.clashes.show(name, mine, theirs, this.who);
    }
    if (this.theirs.size) this.say("clash");
    this.keep();
  }

  drop(name) {
    this.theirs.delete(name);
    this.clashes.close(name);
  }

  /** The cursor leaves a field that somebody else changed and that was not typed in since. */
  left(name) {
    const quiet = this.theirs.has(name) && this.soft?.has(name) && read(this.form)[name] === this.untouched[name];
    if (quiet) this.settle(name, "theirs");
  }

  settle(name, way) {
    const mine = read(this.form)[name] ?? "";
    const theirs = this.theirs.get(name) ?? "";
    this.drop(name);
    this.base[name] = theirs;
    if (way === "theirs") write(this.form, name, theirs);
    if (way === "both") write(this.form, name, [mine, theirs].filter(Boolean).join("\n\n"));
    if (isText(this.form, name)) this.form.elements.namedItem(name).focus();
    this.keep();
    this.later(0);
  }

  close(state) {
    this.closed = true;
    clearInterval(this.poller);
    const box = document.getElementById("draft-closed");
    const link = box.querySelector("a");
    box.querySelector("[data-slot=words]").textContent = state.closed;
    link.href = state.next;
    box.hidden = false;
    if (this.clean()) sessionStorage.removeItem(this.store);
    for (const button of this.form.querySelectorAll("button[type=submit]")) button.disabled = true;
  }

  /** The second net: what is not saved yet survives a reload of this window. */
  keep() {
    const kept = { base: this.base, mine: read(this.form), version: this.version };
    try {
      if (this.clean()) sessionStorage.removeItem(this.store);
      else sessionStorage.setItem(this.store, JSON.stringify(kept));
    } catch {
      // No room or not allowed: the first net (saving) still holds.
    }
  }

  restore() {
    const kept = JSON.parse(sessionStorage.getItem(this.store) ?? "null");
    if (!kept || same(kept.mine, this.base)) return this.poll();
    const server = { version: this.version, fields: this.base, saved_by: this.words.savedBy };
    for (const [name, value] of Object.entries(kept.mine)) write(this.form, name, value);
    this.base = kept.base;
    this.receive(server);
    this.trouble.textContent = this.words.sayRestored;
    this.later(0);
    return undefined;
  }

  async submit(event) {
    event.preventDefault();
    if (this.closed) return;
    const next = event.submitter?.value ?? "";
    const saved = await this.save();
    if (this.theirs.size) {
      this.clashes.focus();
      return;
    }
    if (next === "publish" && (saved || this.clean())) {
      this.leaving = true;
      location.assign(`${this.words.publish}?version=${this.version}`);
    } else if (next === "preview") {
      await this.preview.load();
      document.getElementById("preview").scrollIntoView({ block: "start" });
    }
  }

  key(event) {
    if (!(event.ctrlKey || event.metaKey)) return;
    if (event.key === "Enter") {
      event.preventDefault();
      this.form.requestSubmit(this.form.querySelector("button[value=publish]:not(:disabled)") ?? undefined);
    } else if (event.key === "s") {
      event.preventDefault();
      this.save();
    }
  }

  announce() {
    this.trouble.textContent = this.words.sayMerged.replace("{name}", this.who);
  }

  say(what) {
    this.line.dataset.kind = what;
    if (what !== "saved") {
      this.line.textContent = { saving: this.words.saySaving, failed: this.words.sayFailed, clash: this.words.sayClash }[what];
      return;
    }
    const time = this.at ? new Date(this.at).toLocaleTimeString([], { hour12: false }) : "";
    this.line.textContent = this.words.saySaved.replace("{time}", time);
  }
}

const form = document.querySelector("form[data-draft]");
if (form) new Editor(form).start();
