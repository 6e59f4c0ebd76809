/* Small help with forms of the desk. Every form works without it. */

/* A list of time zones begins at the browser's own, until somebody chose another. */
for (const list of document.querySelectorAll("select[data-guess-zone]")) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const untouched = list.value === "Etc/UTC";
  if (untouched && [...list.options].some((option) => option.value === zone)) list.value = zone;
}
