// The editor's form as a flat set of texts, and back.

const OUTSIDE = new Set(["csrf_token", "base_version", "next"]);

/** What stands in the form now, by name, line ends as the server keeps them. */
export function read(form) {
  const fields = {};
  for (const [name, value] of new FormData(form)) {
    if (!OUTSIDE.has(name)) fields[name] = String(value).replace(/\r\n?/g, "\n");
  }
  return fields;
}

/** What the server sent: not what a person typed before this script came, nor what the browser put
 * back after "back". */
export function sent(form) {
  const fields = {};
  for (const control of form.elements) {
    if (!control.name || OUTSIDE.has(control.name) || control.matches(":disabled, button")) continue;
    const value = asSent(control);
    if (value !== null) fields[control.name] = value.replace(/\r\n?/g, "\n");
  }
  return fields;
}

function asSent(control) {
  if (control instanceof HTMLSelectElement) {
    return ([...control.options].find((option) => option.defaultSelected) ?? control.options[0])?.value ?? null;
  }
  if (control.type === "radio" || control.type === "checkbox") return control.defaultChecked ? control.value : null;
  return control.defaultValue;
}

/** Write one field. Says so by an input event, marked so that it does not count as typing. */
export function write(form, name, value) {
  const control = form.elements.namedItem(name);
  if (!control) return;
  control.value = value;
  const target = control instanceof RadioNodeList ? control[0] : control;
  target.closest("details")?.setAttribute("open", "");
  target.dispatchEvent(new CustomEvent("input", { bubbles: true, detail: "merged" }));
}

/** The words a person sees for a value: an option's or a radio's label, or the text itself. */
export function shown(form, name, value) {
  const control = form.elements.namedItem(name);
  if (control instanceof HTMLSelectElement) {
    return [...control.options].find((option) => option.value === value)?.text ?? value;
  }
  if (control instanceof RadioNodeList) {
    const radio = [...control].find((one) => one.value === value);
    return radio?.closest("label")?.querySelector("b")?.textContent ?? radio?.labels?.[0]?.textContent ?? value;
  }
  return value;
}

/** Whether a field holds prose, which two people may want to put together. */
export function isText(form, name) {
  const control = form.elements.namedItem(name);
  return control instanceof HTMLTextAreaElement || (control instanceof HTMLInputElement && control.type === "text");
}

/** The text field under the cursor, if it is one of this form's. */
export function underCursor(form) {
  const active = document.activeElement;
  return active?.form === form && active.name && isText(form, active.name) ? active.name : "";
}
