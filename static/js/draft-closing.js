// When the state says that it is over, the components say that they work again, as publishing
// will make them. Choosing another state brings back what stood there.

const OVER = new Set(["resolved", "completed", "cancelled"]);

export function followState(form) {
  const before = new Map();
  form.addEventListener("change", (event) => {
    if (event.target.name !== "status") return;
    const selects = [...form.querySelectorAll("#components select")];
    if (OVER.has(event.target.value)) {
      for (const select of selects.filter((one) => one.value && one.value !== "operational")) {
        before.set(select, select.value);
        select.value = "operational";
      }
    } else {
      for (const [select, value] of before) if (select.value === "operational") select.value = value;
      before.clear();
    }
    form.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
