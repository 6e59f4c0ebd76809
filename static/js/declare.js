// Declaring: find a component by typing, and the impact follows the choices. The form works without.

const filter = document.querySelector("[data-picker-filter]");
const picker = document.querySelector("[data-picker]");

function narrow(words) {
  let found = 0;
  for (const row of picker.querySelectorAll("[data-name]")) {
    const chosen = row.querySelector("select")?.value || row.querySelector(":checked[type=checkbox]");
    row.hidden = !chosen && !row.dataset.name.includes(words);
    found += row.hidden ? 0 : 1;
  }
  for (const group of picker.querySelectorAll(".pick-group")) {
    group.hidden = !group.querySelector("[data-name]:not([hidden])");
  }
  picker.querySelector("[data-picker-none]").hidden = found > 0;
}

if (filter && picker.querySelectorAll("[data-name]").length > 6) {
  const box = filter.querySelector("input");
  filter.hidden = false;
  box.addEventListener("input", () => narrow(box.value.trim().toLowerCase()));
  box.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
}

const form = document.querySelector("form[data-declare]");
if (form) {
  const impact = document.getElementById("computed-impact");
  form.querySelector("[data-without-script]").hidden = true;
  let asked = 0;
  const compute = async () => {
    const mine = ++asked;
    const statuses = [...picker.querySelectorAll("select")].map((select) => select.value).filter(Boolean);
    const query = new URLSearchParams(statuses.map((status) => ["status", status]));
    const answer = await fetch(`${form.dataset.declare}?${query}`, { headers: { Accept: "application/json" } }).catch(() => null);
    if (answer?.ok && mine === asked) impact.textContent = (await answer.json()).words;
  };
  picker.addEventListener("change", compute);
}
