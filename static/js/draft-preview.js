// The previews follow the typing: the server composes, exactly as it will on publishing.

/** Fills the preview panels from /preview; a late answer never overwrites a newer one. */
export class Preview {
  constructor(form, fields) {
    this.form = form;
    this.fields = fields;
    this.mail = document.getElementById("preview-mail");
    this.timer = 0;
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.load(), 300);
  }

  async load() {
    this.waiting?.abort();
    this.waiting = new AbortController();
    try {
      const answer = await fetch(this.form.dataset.preview, {
        method: "POST",
        body: this.fields(),
        headers: { Accept: "application/json" },
        signal: this.waiting.signal,
      });
      if (answer.ok) this.#fill(await answer.json());
    } catch {
      // Away or overtaken: the last preview stays until the next key.
    }
  }

  /** The HTML mail has a policy of its own and lives in a frame: it shows what is saved. */
  mailOf(version) {
    if (!this.mail || this.mail.dataset.version === String(version)) return;
    this.mail.dataset.version = version;
    this.mail.contentWindow.location.replace(`${this.form.dataset.mail}?version=${version}`);
  }

  #fill(preview) {
    for (const [key, value] of Object.entries(preview)) {
      for (const slot of document.querySelectorAll(`[data-preview-slot="${key}"]`)) {
        if (slot.hasAttribute("data-html")) slot.innerHTML = value;
        else if (slot.textContent !== String(value)) slot.textContent = value;
      }
    }
    document.getElementById("x-counter")?.classList.toggle("over", preview.x_length > preview.x_limit);
    this.#problems(preview.problems);
  }

  #problems(problems) {
    const box = document.getElementById("draft-problems");
    if (!box) return;
    box.hidden = problems.length === 0;
    const list = box.querySelector("ul");
    const items = problems.map((text) => Object.assign(document.createElement("li"), { textContent: text }));
    list.replaceChildren(...items);
  }
}
