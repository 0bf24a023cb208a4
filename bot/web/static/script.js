"use strict";
// Without this file all pages work; with it an answer comes without loading the page anew, and a
// place behind "#" is marked.

const form = document.getElementById("ask");
const turns = document.getElementById("turns");

function fragment(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

// The events of a stream: a name and a JSON value each.
async function* eventsOf(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (rest + value).split("\n\n");
    rest = parts.pop();
    for (const part of parts) {
      const found = /^event: (\w+)\ndata: (.*)$/s.exec(part);
      if (found) yield [found[1], JSON.parse(found[2])];
    }
  }
}

async function ask(sent) {
  const box = form.elements.q;
  const status = document.getElementById("status");
  const problem = document.getElementById("problem");
  const buttons = document.querySelectorAll("button");
  const pending = document.createElement("article");
  pending.className = "turn";
  pending.append(Object.assign(document.createElement("p"),
    { className: "note", textContent: form.dataset.waiting }));
  const question = sent.get("q");
  if (question) {
    pending.prepend(Object.assign(document.createElement("h3"), { dir: "auto", textContent: question }));
  }
  turns.append(pending);
  pending.scrollIntoView({ block: "nearest" });
  status.textContent = form.dataset.waiting;
  problem.textContent = "";
  buttons.forEach((button) => { button.disabled = true; });
  let isAnswered = false;
  try {
    const response = await fetch(form.action, {
      method: "POST",
      body: new URLSearchParams(sent),
      headers: { Accept: "text/event-stream" },
    });
    for await (const [name, value] of eventsOf(response)) {
      if (name === "claims") {
        pending.querySelectorAll(".note, .claim").forEach((old) => old.remove());
        pending.append(fragment(value));
      } else if (name === "turn") {
        const turn = fragment(value).firstElementChild;
        // "More" is about the last answer.
        if (turn.querySelector(".more")) turns.querySelectorAll(".more").forEach((old) => old.remove());
        pending.replaceWith(turn);
        turn.scrollIntoView({ block: "start" });
        document.getElementById("anew").hidden = false;
        isAnswered = true;
      } else {
        problem.textContent = value;
      }
    }
  } catch {
    // told below
  }
  status.textContent = "";
  buttons.forEach((button) => { button.disabled = false; });
  if (!isAnswered) {
    pending.remove();
    problem.textContent = problem.textContent || form.dataset.failed;
    box.focus();
  } else if (question) {
    box.value = "";
  }
}

if (form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (form.elements.q.value.trim()) ask(new FormData(form));
  });
  turns.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(new FormData(event.target));
  });
}

// /article/ID#quote=START-END: the server marks what stands behind "?".
function markPlace() {
  const place = /^#(quote=\d+-\d+)$/.exec(location.hash);
  if (!place || !document.querySelector(".read")) return;
  const mark = document.getElementById(place[1]);
  if (mark) {
    mark.scrollIntoView({ block: "center" });
    mark.focus({ preventScroll: true });
  } else if (new URLSearchParams(location.search).get("quote") !== place[1].slice(6)) {
    const query = new URLSearchParams(location.search);
    query.set("quote", place[1].slice(6));
    location.replace(`${location.pathname}?${query}${location.hash}`);
  }
}
markPlace();
addEventListener("hashchange", markPlace);
