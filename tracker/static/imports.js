// Keeps the progress of running batches up to date; without it the page shows the state it was loaded with.
const words = { running: "导入中", done: "已完成", undone: "已撤销" };

async function refresh() {
  const answer = await fetch("/api/v1/imports", { headers: { Accept: "application/json" } });
  if (!answer.ok) return setTimeout(refresh, 5000);
  const { items } = await answer.json();
  let running = false;
  for (const one of items) {
    const row = document.querySelector(`tr[data-batch="${one.id}"]`);
    if (!row) continue;
    const done = one.n_ok + one.n_same + one.n_bad;
    row.querySelector("progress").value = done;
    row.querySelector("[data-words]").textContent = `${words[one.state]} ${done} / ${one.n_rows}`;
    row.querySelector("[data-ok]").textContent = one.n_ok;
    row.querySelector("[data-same]").textContent = one.n_same;
    row.querySelector("[data-bad]").textContent = one.n_bad;
    running ||= one.state === "running";
  }
  if (running) setTimeout(refresh, 1000);
  else location.reload();
}

setTimeout(refresh, 1000);
