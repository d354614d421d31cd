// The chat. Nothing of it is stored: closing the tab forgets it.
import { announce, get, make, say } from "./dom.js";
import { call, events } from "./api.js";
import { large, some } from "./format.js";
import * as sessions from "./sessions.js";
import { ask as askToLeave } from "./leave.js";

const history = [];
let running = null;
let model = () => null;

const list = get("messages");
const field = get("prompt");

const bubble = (role, who, text) => {
  const body = make("div", { class: "text" }, text);
  const foot = make("div", { class: "foot" });
  const item = make("li", { class: `message ${role}` }, make("div", { class: "who" }, who), body, role === "user" ? null : foot);
  list.append(item);
  get("welcome").hidden = true;
  item.scrollIntoView({ block: "end" });
  return { item, body, foot };
};

const busy = on => {
  get("send").hidden = on;
  get("stop").hidden = !on;
  get("export").disabled = get("clear").disabled = on || history.length === 0;
  list.setAttribute("aria-busy", String(on));
};

const number = (id, least, most) => {
  const value = Number(get(id).value);
  return Number.isFinite(value) ? Math.min(most, Math.max(least, value)) : least;
};

const footnote = (view, session) => {
  const parties = session.report?.roles.filter(r => r.role === "party") ?? [];
  if (parties.length === 0) return;
  const seen = parties.reduce((sum, p) => sum + p.numbers_seen, 0);
  const text = `${some(parties.length, "party", "parties")} saw ${large(seen)} numbers, all noise · ${some(parties[0].checks_passed, "check")} passed`;
  if (!view.link) {
    view.link = make("a", { href: "#/watch" }, "See what each one held");
    view.line = make("span");
    view.foot.classList.remove("waiting");
    view.foot.replaceChildren(view.line, " · ", view.link);
  }
  say(view.line, text);
};

const answer = async (text, signal) => {
  const view = bubble("assistant", model() ?? "Mimir", "");
  view.foot.textContent = "Masking your words, and waiting for the parties";
  view.foot.classList.add("waiting");
  let session = null;
  const watch = changed => { if (changed === session) footnote(view, session); };
  sessions.onChange(watch);
  let said = "";
  try {
    const response = await call("/v1/chat/completions", {
      method: "POST", signal,
      body: { model: model(), messages: history, stream: true, max_tokens: Math.round(number("max-tokens", 1, 4096)), temperature: number("temperature", 0, 2) },
    });
    for await (const chunk of events(response)) {
      if (chunk.error) throw new Error(chunk.error.message);
      if (!session && chunk.mimir?.session) {
        running.session = session = sessions.add(chunk.mimir.session, { prompt: text });
        view.item.dataset.session = session.id;
      }
      const delta = chunk.choices?.[0]?.delta?.content;
      if (!delta) continue;
      said += delta;
      view.body.append(delta);
      if (session) sessions.answered(session, said);
    }
    announce(`Answer complete: ${some(said.trim().split(/\s+/).length, "word")}.`);
  } catch (error) {
    if (error.name === "AbortError") {
      view.item.append(make("div", { class: "foot stopped" }, "Stopped."));
      announce("Stopped.");
    } else {
      view.item.append(make("div", { class: "alert", role: "alert" }, error.message));
    }
  } finally {
    view.foot.classList.remove("waiting");
    if (!view.link) view.foot.textContent = "";
    if (said !== "") history.push({ role: "assistant", content: said });
    else history.pop();
  }
};

const send = async () => {
  const text = field.value.trim();
  if (text === "" || running) return;
  field.value = "";
  history.push({ role: "user", content: text });
  bubble("user", "You", text);
  running = { abort: new AbortController(), session: null };
  busy(true);
  get("stop").focus();
  try {
    await answer(text, running.abort.signal);
  } finally {
    const hadFocus = document.activeElement === get("stop");
    running = null;
    busy(false);
    if (hadFocus || document.activeElement === document.body) field.focus();
  }
};

const stop = () => {
  if (!running) return;
  if (running.session) sessions.stop(running.session).catch(() => {});
  running.abort.abort();
};

const save = () => {
  const file = new Blob([JSON.stringify({ model: model(), messages: history }, null, 2)], { type: "application/json" });
  const address = URL.createObjectURL(file);
  make("a", { href: address, download: "mimir-chat.json" }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
};

export const start = chosenModel => {
  model = chosenModel;
  get("composer").addEventListener("submit", event => { event.preventDefault(); send(); });
  field.addEventListener("keydown", event => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); send(); }
    if (event.key === "Escape") stop();
  });
  get("stop").addEventListener("click", stop);
  get("export").addEventListener("click", save);
  get("clear").addEventListener("click", () => {
    history.length = 0;
    list.replaceChildren();
    get("welcome").hidden = false;
    busy(false);
    field.focus();
    announce("Conversation cleared.");
  });
  askToLeave(() => history.length > 0);
};
