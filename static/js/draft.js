// The draft editor: saves as one types, shows what others change, never loses a word.
// Without this file the same form saves by its buttons.

import { Clashes } from "./draft-clash.js";
import { followState } from "./draft-closing.js";
import { read, write } from "./draft-fields.js";
import { Keeper } from "./draft-keeper.js";
import { same } from "./draft-merge.js";
import { Preview } from "./draft-preview.js";
import { Shared } from "./draft-shared.js";

const AFTER_TYPING = 800;
const POLL = 3000;
const RETRIES = [1000, 2000, 4000, 8000, 15000];

class Editor {
  constructor(form) {
    this.form = form;
    this.words = form.dataset;
    this.shared = new Shared(form, new Clashes(form, (name, way) => this.settle(name, way)));
    this.keeper = new Keeper(form.dataset.draft);
    this.preview = new Preview(form, () => this.body());
    this.line = document.getElementById("draft-saved");
    this.trouble = document.getElementById("draft-trouble");
    this.show = document.getElementById("draft-show");
    this.at = this.words.savedAt;
    this.failures = 0;
  }

  start() {
    this.form.addEventListener("input", (event) => this.typed(event));
    this.form.addEventListener("focusout", (event) => this.left(event));
    this.form.addEventListener("submit", (event) => this.submit(event));
    document.addEventListener("keydown", (event) => this.key(event));
    addEventListener("beforeunload", (event) => {
      if (!this.leaving && !this.shared.clean()) event.preventDefault();
    });
    this.show.addEventListener("click", () => this.shared.clashes.focus());
    followState(this.form);
    this.restore();
    this.early();
    setInterval(() => document.hidden || this.poll(), POLL);
    document.addEventListener("visibilitychange", () => document.hidden || this.poll());
  }

  body() {
    const body = new FormData();
    body.set("csrf_token", this.form.elements.csrf_token.value);
    body.set("base_version", this.shared.version);
    for (const [name, value] of Object.entries(this.shared.outgoing())) body.set(name, value);
    return body;
  }

  typed(event) {
    this.preview.soon();
    if (event.detail === "merged") return;
    this.keep();
    if (this.shared.clean()) this.say("saved");
    else if (!this.failures) this.say("saving");
    this.later(AFTER_TYPING);
  }

  later(delay) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), delay);
  }

  /** Save what differs; one request at a time. True when all that stands here is saved. */
  async save() {
    clearTimeout(this.timer);
    if (this.saving) {
      await this.saving;
      return this.save();
    }
    const sent = this.shared.outgoing();
    if (this.closed || same(sent, this.shared.base)) return this.settled();
    if (!this.failures) this.say("saving");
    this.saving = this.send(sent);
    try {
      return await this.saving;
    } finally {
      this.saving = null;
    }
  }

  async send(sent) {
    this.shared.attempt(sent);
    let answer, state;
    try {
      answer = await fetch(this.form.action, {
        method: "POST",
        body: this.body(),
        headers: { Accept: "application/json" },
      });
      state = await answer.json();
    } catch {
      return this.again();
    }
    if (answer.ok) {
      if (this.complains) this.complain("");
      this.failures = 0;
      this.renewed = false;
      this.shared.saved(sent);
      this.receive(state, "");
      return this.settled();
    }
    if (answer.status === 409 && state.version) {
      this.receive(state);
      this.later(0);
      return false;
    }
    if (answer.status >= 500 || answer.status === 429) return this.again();
    if (answer.status === 400 && !this.renewed) return this.renew();
    return this.refused(answer.status, state);
  }

  again() {
    const delay = RETRIES[Math.min(this.failures, RETRIES.length - 1)];
    this.failures += 1;
    this.say("failed");
    this.complain(this.words.sayFailed);
    this.later(delay);
    return false;
  }

  /** A form that was open for half a day has an old token: fetch a new one, once, and go on. */
  async renew() {
    this.renewed = true;
    const answer = await fetch(this.words.state, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok) return this.again();
    this.form.elements.csrf_token.value = (await answer.json()).csrf;
    this.later(0);
    return false;
  }

  refused(status, state) {
    const why = Object.values(state.fields ?? {}).join(" ") || state.error || "";
    this.say("refused");
    this.complain(status === 401 ? this.words.sayOut : `${this.words.sayRefused} ${why}`);
    if (status === 401) this.later(RETRIES.at(-1));
    return false;
  }

  complain(words) {
    this.complains = words !== "";
    if (this.trouble.textContent !== words) this.trouble.textContent = words;
  }

  settled() {
    this.keep();
    if (!this.shared.clean()) return false;
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
        const state = await answer.json();
        if (!this.saving) {
          this.tag = answer.headers.get("ETag");
          this.receive(state);
        }
      }
    } catch {
      // The line is down; saving says so when there is something to save.
    } finally {
      this.polling = false;
    }
  }

  /** Take in what the server says; `who` wrote what is new in it, as far as it tells. */
  receive(state, who = state.saved_by) {
    if (state.closed) return this.close(state);
    if (state.csrf) this.form.elements.csrf_token.value = state.csrf;
    if (state.version < this.shared.version) return undefined; // overtaken by a newer answer
    const news = this.shared.receive(state);
    this.at = state.saved_at ?? this.at;
    this.preview.mailOf(state.version);
    if (news) {
      this.trouble.textContent = who ? this.words.sayMerged.replace("{name}", who) : this.words.sayJoined;
      this.preview.soon();
    }
    if (this.shared.asking()) this.say("clash");
    else if (this.shared.clean()) this.say("saved");
    this.keep();
    return undefined;
  }

  /** The cursor leaves a field that only somebody else has changed: now it may follow. */
  left(event) {
    const towards = event.relatedTarget?.closest?.("[data-clash]")?.dataset.clash;
    if (event.target.name !== towards && this.shared.isSoft(event.target.name)) this.settle(event.target.name, "theirs", false);
  }

  settle(name, way, focus = true) {
    this.shared.settle(name, way);
    const control = this.form.elements.namedItem(name);
    if (focus) control.focus?.();
    this.keep();
    this.preview.soon();
    if (this.shared.clean()) this.say("saved");
    this.later(0);
  }

  close(state) {
    this.closed = true;
    const box = document.getElementById("draft-closed");
    box.querySelector("[data-slot=words]").textContent = state.closed;
    box.querySelector("a").href = state.next;
    box.hidden = false;
    for (const button of this.form.querySelectorAll("button[type=submit]")) button.disabled = true;
  }

  keep() {
    if (this.shared.clean()) this.keeper.drop();
    else this.keeper.keep({ base: this.shared.base, mine: read(this.form) });
  }

  /** What was typed in this window and never saved is put back, on the ground that it grew from. */
  restore() {
    const kept = this.keeper.kept();
    if (!kept || same(kept.mine, this.shared.base)) return;
    const server = { version: this.shared.version, fields: this.shared.base, saved_by: this.words.savedBy };
    for (const [name, value] of Object.entries(kept.mine)) write(this.form, name, value);
    this.shared.base = kept.base;
    this.receive(server);
    this.trouble.textContent = this.words.sayRestored;
    this.later(0);
  }

  /** What was typed before this script came counts like everything typed. */
  early() {
    if (this.shared.clean()) return this.say("saved");
    if (this.shared.asking()) return undefined;
    this.keep();
    this.say("saving");
    this.preview.soon();
    return this.later(AFTER_TYPING);
  }

  async submit(event) {
    event.preventDefault();
    if (this.closed) return;
    const next = event.submitter?.value ?? "";
    const saved = await this.save();
    if (this.shared.asking()) this.shared.clashes.focus();
    else if (saved && next === "publish") this.go();
    else if (saved && next === "preview") {
      await this.preview.load();
      document.getElementById("preview").scrollIntoView({ block: "nearest" });
    }
  }

  go() {
    this.leaving = true;
    location.assign(`${this.words.publish}?version=${this.shared.version}`);
  }

  key(event) {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    if (event.key === "Enter") {
      const publish = this.form.querySelector("button[value=publish]:not(:disabled)");
      event.preventDefault();
      if (publish) this.form.requestSubmit(publish);
      else this.save();
    } else if (event.key.toLowerCase() === "s") {
      event.preventDefault();
      this.save();
    }
  }

  say(what) {
    const { saySaved, saySaving, sayFailed, sayClash, sayRefused } = this.words;
    const time = new Date(this.at).toLocaleTimeString(document.documentElement.lang, { hourCycle: "h23" });
    this.line.dataset.kind = what;
    this.show.hidden = what !== "clash";
    this.line.textContent = {
      saved: saySaved.replace("{time}", time),
      saving: saySaving,
      failed: sayFailed,
      clash: sayClash,
      refused: sayRefused,
    }[what];
  }
}

const form = document.querySelector("form[data-draft]");
if (form) new Editor(form).start();
