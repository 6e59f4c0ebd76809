// What this window and the server both know of a draft, and where they differ.

import { read, sent, underCursor, write } from "./draft-fields.js";
import { reconcile, same } from "./draft-merge.js";

const ATTEMPTS = 20;

/**
 * `base` is what the server has, as far as this window has taken it in; `open` holds the fields
 * where both have moved: { theirs, mine }. Such a field is never sent before a person chose.
 */
export class Shared {
  constructor(form, clashes) {
    this.form = form;
    this.clashes = clashes;
    this.version = Number(form.elements.base_version.value);
    this.base = sent(form);
    this.open = new Map();
    this.attempts = [];
  }

  /** What goes to the server: what stands here, but in an open clash what stands there. */
  outgoing() {
    const fields = read(this.form);
    for (const [name, clash] of this.open) fields[name] = clash.theirs;
    return fields;
  }

  /** Whether closing the window would lose nothing. */
  clean() {
    return !this.asking() && same(this.outgoing(), this.base);
  }

  /** Whether somebody has to choose before all of this can be saved. */
  asking() {
    return [...this.open.keys()].some((name) => !this.isSoft(name));
  }

  /** A clash in which this window typed nothing: the field only was under the cursor. */
  isSoft(name) {
    const clash = this.open.get(name);
    return Boolean(clash?.untouched) && clash.mine === (read(this.form)[name] ?? "");
  }

  attempt(sent) {
    this.attempts = [...this.attempts, sent].slice(-ATTEMPTS);
  }

  saved(sent) {
    this.attempts = [];
    this.base = sent;
  }

  /** Take in the server's state. True when something of another's came in. */
  receive({ version, fields, saved_by: who }) {
    const before = this.base;
    const mine = read(this.form);
    const held = underCursor(this.form);
    const found = reconcile({ base: before, mine, theirs: fields, held, attempts: this.attempts });
    this.version = version;
    this.form.elements.base_version.value = version;
    this.base = found.base;
    for (const [name, value] of Object.entries(found.apply)) write(this.form, name, value);
    for (const name of found.clashes) this.#ask(name, mine[name] ?? "", fields[name] ?? "", before[name] ?? "", who);
    for (const name of [...this.open.keys()]) {
      if ((mine[name] ?? "") === (fields[name] ?? "")) this.#drop(name);
    }
    return Object.keys(found.apply).length > 0;
  }

  settle(name, way) {
    const clash = this.open.get(name);
    if (!clash) return;
    const mine = read(this.form)[name] ?? "";
    this.#drop(name);
    if (way === "theirs") write(this.form, name, clash.theirs);
    if (way === "both") write(this.form, name, [mine, clash.theirs].filter(Boolean).join("\n\n"));
  }

  #ask(name, mine, theirs, base, who) {
    const earlier = this.open.get(name);
    const untouched = earlier ? earlier.untouched && earlier.mine === mine : mine === base;
    this.open.set(name, { theirs, mine, untouched });
    this.clashes.show(name, mine, theirs, who);
  }

  #drop(name) {
    this.open.delete(name);
    this.clashes.close(name);
  }
}
