// Views by address, the model, the key.
import { get, make } from "./dom.js";
import { askKey, json } from "./api.js";
import * as chat from "./chat.js";
import * as cluster from "./cluster.js";
import * as joint from "./joint.js";
import * as watch from "./watch.js";

const views = ["chat", "watch", "joint"];
const titles = { chat: "Chat", watch: "Who sees what", joint: "Joint session" };
let view = null;

const route = () => {
  const [, wanted, ...rest] = location.hash.split("/");
  if (location.hash !== "" && !views.includes(wanted)) return;
  const before = view;
  view = wanted ?? "chat";
  for (const v of views) get(`view-${v}`).hidden = v !== view;
  for (const link of document.querySelectorAll(".bar nav a")) {
    if (link.getAttribute("href") === `#/${view}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${titles[view]} · Mimir`;
  if (view === "watch") watch.show(rest.join("/"));
  if (view === "joint") joint.show(rest.join("/"));
  if (view === "chat") get("prompt").focus();
  else if (before && before !== view) get("main").focus({ preventScroll: true });
  if (before !== view && rest.length === 0) scrollTo(0, 0);
};

const models = async quiet => {
  try {
    const { data } = await json("/v1/models", { quiet });
    const select = get("model");
    select.replaceChildren(...data.map(m => make("option", { value: m.id }, m.id)));
    select.disabled = data.length < 2;
  } catch {
    // The line about the cluster says what is wrong.
  }
};

const model = () => get("model").value || null;

chat.start(model);
watch.start(() => view === "watch");
joint.start(model);
addEventListener("hashchange", route);
get("key").addEventListener("click", async () => { if (await askKey()) load(); });
route();

const load = async () => {
  await models(false);
  await cluster.refresh(true);
};
load();
setInterval(() => { if (!document.hidden) cluster.refresh(true); }, 10000);
