// "Who sees what": the picture and the cards of one session, live.
import { announce, get, make, say } from "./dom.js";
import { diagram } from "./diagram.js";
import { cards } from "./cards.js";
import * as cluster from "./cluster.js";
import * as sessions from "./sessions.js";

const narrow = matchMedia("(max-width: 44rem)");
let chosen = null;
let following = true;
let shown = null;

const picker = get("session");

const partiesOf = session => {
  const reported = session?.report?.roles.filter(r => r.role === "party").map(r => r.name) ?? [];
  const names = reported.length > 0 ? reported : cluster.parties();
  return names.length > 0 ? names : ["0", "1"];
};

const build = () => {
  const parties = partiesOf(chosen);
  const key = `${parties.join()}|${narrow.matches}|${chosen?.id}`;
  if (shown?.key === key) return;
  const opened = new Set([...document.querySelectorAll("#cards details[open]")].map(d => d.closest(".card").id));
  shown = { key, picture: diagram(parties, narrow.matches), cards: cards(parties) };
  get("diagram").replaceChildren(shown.picture.svg);
  get("cards").replaceChildren(...shown.cards.elements);
  for (const id of opened) get(id)?.querySelector("details")?.setAttribute("open", "");
};

const lead = session => {
  if (!session) return "Start a chat, and see here what each machine holds while it is answered.";
  if (session.trouble) return `The figures have stopped: ${session.trouble}`;
  if (!session.report) return "The session is starting.";
  return session.over ? "This session is over. These are its last figures." : "Live, twice a second.";
};

const render = () => {
  build();
  say(get("watch-lead"), lead(chosen));
  get("cancel-session").hidden = !chosen || chosen.over;
  if (!chosen) return;
  shown.picture.update(chosen.report);
  shown.cards.update(chosen);
};

const name = (session, i) => `${i + 1}. ${session.prompt?.slice(0, 32) ?? session.title ?? session.id.slice(0, 8)}`;

const list = () => {
  const all = sessions.all();
  if (all.length === 0) return;
  picker.disabled = false;
  const before = [...picker.options].map(o => o.value).join();
  if (before !== all.map(s => s.id).reverse().join()) picker.replaceChildren(...all.map((s, i) => make("option", { value: s.id }, name(s, i))).reverse());
  if (following || !chosen) chosen = all.at(-1);
  picker.value = chosen.id;
};

export const show = anchor => {
  sessions.refresh().catch(() => {});
  render();
  const card = anchor && get(anchor);
  if (!card) return;
  card.focus({ preventScroll: true });
  card.scrollIntoView({ block: "start" });
};

export const start = visible => {
  sessions.onChange(session => {
    list();
    if (session === chosen && visible()) render();
  });
  // Other clients of the gateway start sessions too.
  setInterval(() => { if (visible() && !document.hidden) sessions.refresh().catch(() => {}); }, 2000);
  cluster.onChange(() => { if (visible()) render(); });
  narrow.addEventListener("change", () => { if (visible()) render(); });
  picker.addEventListener("change", () => {
    chosen = sessions.find(picker.value) ?? null;
    following = chosen === sessions.latest();
    render();
  });
  get("cancel-session").addEventListener("click", () => sessions.stop(chosen).then(() => announce("The session was stopped."), error => announce(error.message)));
  get("read-out").addEventListener("click", () => announce(shown.cards.summary() || "No figures yet."));
};
