// A field that two people changed: both texts side by side, and three ways out.

import { isText, shown } from "./draft-fields.js";

/** Panels under the fields in question. `settle(name, way)` hears "mine", "theirs" or "both". */
export class Clashes {
  constructor(form, settle) {
    this.form = form;
    this.settle = settle;
    this.template = document.getElementById("draft-clash");
    this.panels = new Map();
  }

  /** Show or renew the panel of a field. */
  show(name, mine, theirs, who) {
    const panel = this.panels.get(name) ?? this.#make(name);
    const slot = (key) => panel.querySelector(`[data-slot=${key}]`);
    slot("who").textContent = slot("who").dataset.say.replace("{name}", who);
    slot("mine").textContent = shown(this.form, name, mine);
    slot("theirs").textContent = shown(this.form, name, theirs);
  }

  close(name) {
    this.panels.get(name)?.remove();
    this.panels.delete(name);
  }

  focus() {
    const [panel] = this.panels.values();
    panel?.scrollIntoView({ block: "center" });
    panel?.querySelector("button")?.focus();
  }

  #make(name) {
    const panel = this.template.content.firstElementChild.cloneNode(true);
    panel.dataset.clash = name;
    panel.querySelector("[data-take=both]").hidden = !isText(this.form, name);
    panel.addEventListener("click", (event) => {
      const way = event.target.closest("[data-take]")?.dataset.take;
      if (way) this.settle(name, way);
    });
    const control = this.form.elements.namedItem(name);
    const element = control instanceof RadioNodeList ? control[0] : control;
    const home = element.closest("[data-field]") ?? element.closest(".field");
    home.after(panel);
    this.panels.set(name, panel);
    return panel;
  }
}
