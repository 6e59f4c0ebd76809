// Two people edit one draft: what to take over, what to ask. Pure; no document in here.

const of = (fields, name) => fields[name] ?? "";

/** Every name that any of the field sets knows. */
export function names(...sets) {
  return [...new Set(sets.flatMap((set) => Object.keys(set)))];
}

/** Whether two sets of fields say the same; a missing field is an empty one. */
export function same(one, other) {
  return names(one, other).every((name) => of(one, name) === of(other, name));
}

/**
 * Bring the server's fields (theirs) into what stands here (mine), both having grown from base.
 * `held`: the field under the cursor, never written to. `attempts`: what this window sent without
 * hearing whether it arrived; finding it on the server is no news.
 * Returns the next base, the fields to write here, and those that only a person can settle.
 */
export function reconcile({ base, mine, theirs, held = "", attempts = [] }) {
  const next = { ...base };
  const apply = {};
  const clashes = [];
  for (const name of names(base, mine, theirs)) {
    const was = of(base, name);
    const here = of(mine, name);
    const there = of(theirs, name);
    next[name] = there;
    if (there === was || there === here) continue;
    if (attempts.some((sent) => of(sent, name) === there)) continue;
    if (here === was && name !== held) apply[name] = there;
    else clashes.push(name);
  }
  return { base: next, apply, clashes };
}
