// The page of models: while a training is under way, its progress moves; when it ends the page shows what came of it.
const box = document.querySelector("[data-training]");

async function look() {
  const answer = await fetch("/api/v1/models/training", { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok) return void setTimeout(look, 10000);
  const { training } = await answer.json();
  if (!training?.under_way) return void location.reload();
  box.querySelector("progress").value = training.percent;
  box.querySelector("[data-step]").textContent = training.label;
  setTimeout(look, 3000);
}

if (box) setTimeout(look, 3000);
