// A form with large files: looked over before anything leaves, then sent with a bar that tells how far it got.
import { csrfToken } from "./app.js";

const MB = 1024 * 1024;

function sizeOf(bytes) {
  return bytes < MB ? `${Math.max(1, Math.round(bytes / 1024))}KB` : `${(bytes / MB).toFixed(bytes < 10 * MB ? 1 : 0)}MB`;
}

/** Returns what the server would refuse, told before hundreds of megabytes went there in vain. */
function refusals(form, files) {
  const { most, largest, total } = form.dataset;
  const found = [];
  if (files.length > Number(most)) found.push(`证据最多${most}份。`);
  for (const file of files) {
    if (!file.size) found.push(`“${file.name}”是空文件，请重新选择。`);
    if (file.size > Number(largest)) found.push(`“${file.name}”超过${Number(largest) / MB}MB，请压缩或拆分。`);
  }
  if (files.reduce((sum, file) => sum + file.size, 0) > Number(total)) {
    found.push(`证据合计超过${Number(total) / MB}MB，请分次移送或压缩。`);
  }
  return found;
}

function complain(form, problems) {
  const box = document.querySelector("[data-problem]");
  box.replaceChildren(
    ...problems.map((words) => {
      const line = document.createElement("div");
      line.textContent = words;
      return line;
    }),
  );
  box.hidden = !problems.length;
  if (problems.length) box.scrollIntoView({ block: "center" });
}

/** Returns the sentences of a refusal, each field's under its label. */
function sentences(form, body) {
  const fields = Object.entries(body.fields || {}).flatMap(([name, words]) => {
    const label = form.querySelector(`label[for$="${CSS.escape(name)}"]`)?.textContent.trim().replace(/\s*[*＊]$/, "");
    return words.map((one) => (label && name !== form.dataset.files ? `${label}：${one}` : one));
  });
  return [...new Set([body.message, ...fields])].filter(Boolean);
}

function upload(form) {
  const [line, bar, told] = [new XMLHttpRequest(), form.querySelector("progress"), form.querySelector("[data-told]")];
  const button = form.querySelector("[type=submit]");
  const begun = performance.now();
  const show = (busy) => {
    form.querySelector("[data-progress]").hidden = !busy;
    button.disabled = busy;
  };
  const end = (problems) => {
    show(false);
    complain(form, problems);
  };
  line.upload.addEventListener("progress", ({ loaded, total }) => {
    bar.max = total;
    bar.value = loaded;
    const left = ((performance.now() - begun) / 1000) * (total / Math.max(loaded, 1) - 1);
    const wait = left > 90 ? `约剩${Math.ceil(left / 60)}分钟` : `约剩${Math.ceil(left)}秒`;
    told.textContent =
      loaded < total ? `已上传 ${sizeOf(loaded)} / ${sizeOf(total)}，${wait}` : "已全部上传，正在加密保存，请勿关闭页面…";
  });
  line.addEventListener("load", () => {
    let body = {};
    try {
      body = JSON.parse(line.responseText);
    } catch {
      body = { message: "系统没有给出可读的回答，请稍后重试。" };
    }
    if (line.status === 201) location.assign(form.dataset.done.replace("NUMBER", encodeURIComponent(body.number)));
    else end(sentences(form, body));
  });
  line.addEventListener("error", () => end(["上传中断，没有保存任何内容；填写的内容仍在本页，请检查网络后重新提交。"]));
  line.addEventListener("abort", () => end(["已停止上传，没有保存任何内容。"]));
  form.querySelector("[data-stop]").onclick = () => line.abort();
  line.open("POST", form.dataset.upload);
  line.setRequestHeader("X-CSRFToken", csrfToken());
  line.setRequestHeader("Accept", "application/json");
  const sent = new FormData(form);
  sent.delete("csrf_token");
  complain(form, []);
  bar.value = 0;
  told.textContent = "正在上传…";
  show(true);
  line.send(sent);
}

for (const form of document.querySelectorAll("form[data-upload]")) {
  form.addEventListener("submit", (event) => {
    const files = [...form.elements[form.dataset.files].files];
    if (!files.length) return; // nothing large: the form goes as every other
    event.preventDefault();
    const problems = refusals(form, files);
    if (problems.length) complain(form, problems);
    else upload(form);
  });
}
