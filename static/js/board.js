// The delivery board follows the deliveries: a fragment every two seconds until all is final.
// Without this file a reload does the same.

const REST = 2000;
const board = document.getElementById("board");
let tag = "";

/** A person is at work in the board: typing a link, or about to answer. Do not move it then. */
function busy() {
  const active = document.activeElement;
  return board.contains(active) && active.matches("input, textarea") && active.value !== "";
}

function replace(html) {
  const focused = document.activeElement?.id;
  const open = [...board.querySelectorAll("details[open][id]")].map((details) => details.id);
  board.innerHTML = html;
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  if (focused && board.contains(document.getElementById(focused))) document.getElementById(focused).focus();
  document.dispatchEvent(new CustomEvent("statushub:content"));
  const words = document.getElementById("board-words");
  const summary = board.querySelector("[data-summary]")?.dataset.summary ?? "";
  if (words.textContent !== summary) words.textContent = summary;
}

async function look() {
  try {
    if (!document.hidden && !busy()) {
      const answer = await fetch(board.dataset.rows, { headers: { "If-None-Match": tag } });
      if (answer.status === 200) {
        tag = answer.headers.get("ETag");
        replace(await answer.text());
      }
    }
  } catch {
    // Away for a moment: the numbers stand still and the next look tries again.
  }
  const final = board.querySelector("[data-final]")?.dataset.final === "yes";
  setTimeout(look, final ? 10 * REST : REST);
}

if (board) {
  document.getElementById("board-reload").hidden = true;
  setTimeout(look, REST);
}
