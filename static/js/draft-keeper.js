// The second net: what is typed and not saved yet survives a reload of this window.

export class Keeper {
  constructor(draft) {
    this.name = `statushub.draft.${draft}`;
  }

  keep(what) {
    try {
      sessionStorage.setItem(this.name, JSON.stringify(what));
    } catch {
      // No room, or not allowed: the first net (saving) still holds.
    }
  }

  kept() {
    try {
      return JSON.parse(sessionStorage.getItem(this.name));
    } catch {
      return null;
    }
  }

  drop() {
    try {
      sessionStorage.removeItem(this.name);
    } catch {
      // Nothing was kept then.
    }
  }
}
