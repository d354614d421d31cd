// Joint sessions: offer one and hand over its link, or accept one after a look at its terms.
import { announce, make, get, say } from "./dom.js";
import { json } from "./api.js";
import { some } from "./format.js";
import * as sessions from "./sessions.js";

const states = {
  waiting: "Waiting for the other side to bring its text.", prefill: "Both texts are in. The parties are working through them.",
  generating: "The answer is coming.", finished: "Done.", stopped: "Stopped.", failed: "It broke off.",
};
const whoReceives = { both: "Both of us", creator: "Only me", partner: "Only the other side" };
let model = () => null;
let offered = null;
let accepting = null;

const field = (id, label, control, hint) => {
  control.id = id;
  const note = hint ? make("p", { id: `${id}-hint` }, hint) : null;
  if (note) control.setAttribute("aria-describedby", note.id);
  return make("div", { class: "field" }, make("label", { for: id }, label), control, note);
};

const alertBox = () => make("div", { class: "alert", role: "alert", hidden: true });
const complain = (box, message) => { box.hidden = message === null; say(box, message ?? ""); };

const submitting = (form, box, work) => form.addEventListener("submit", async event => {
  event.preventDefault();
  complain(box, null);
  const button = form.querySelector("button[type=submit]");
  button.disabled = true;
  try { await work(new FormData(form)); }
  catch (error) { complain(box, error.message); }
  finally { button.disabled = false; }
});

// Asks once a second how a session is, until it is over.
const follow = async (id, show) => {
  for (;;) {
    const report = await json(`/mimir/v1/joint/${id}`);
    show(report);
    if (!["offered", "waiting", "prefill", "generating"].includes(report.state)) return announce(states[report.state] ?? report.state);
    await new Promise(resolve => { setTimeout(resolve, 1000); });
  }
};

const progress = () => {
  const state = make("p", { role: "status" }), text = make("blockquote", { class: "text", hidden: true, "aria-label": "Answer" }), trouble = alertBox();
  const link = make("a", { href: "#/watch" }, "See what each one holds");
  let session = null;
  return { element: make("div", { class: "outcome" }, state, text, trouble, link), run: (report, prompt) => {
    session = sessions.add(report.id, { prompt, title: "joint" });
    return follow(report.id, now => {
      say(state, `${states[now.state] ?? now.state}${now.terms.you_receive ? "" : " The answer goes to the other side only."}`);
      say(text, now.text);
      text.hidden = now.text === "";
      if (now.text) sessions.answered(session, now.text);
      complain(trouble, now.problem ?? null);
    }).catch(error => complain(trouble, error.message));
  } };
};

const termsOf = terms => make("dl", { class: "figures" },
  [["Model", terms.model], ["Prompt", terms.parts.map(p => `${p.yours ? "you" : p.owner}: ${p.exact ? "exactly" : "up to"} ${some(p.tokens, "token")}`).join(", then ")],
    ["Answer", `up to ${some(terms.max_tokens, "token")}, to ${terms.receivers.join(" and ")}`], ["Computed by", `${some(terms.parties, "party", "parties")}, ${terms.security} security`]]
    .map(([name, value]) => make("div", null, make("dt", null, name), make("dd", null, value))));

const handOver = (panel, report, prompt) => {
  const address = `${location.origin}/#/joint/${report.link}`;
  const link = make("input", { readonly: true, value: address, class: "mono" });
  const copy = make("button", { type: "button", class: "bordered" }, "Copy");
  copy.addEventListener("click", async () => {
    link.select();
    try { await navigator.clipboard.writeText(address); announce("Link copied."); }
    catch { announce("The link is selected; copy it with your keyboard."); }
  });
  const live = progress();
  const box = make("div", { class: "field" }, make("label", { for: "joint-link" }, "Link for the other side"));
  link.id = "joint-link";
  box.append(make("div", { class: "link" }, link, copy), make("p", null, "Send it any way you like: it holds no secret, and only the owner that it names can use it. They open it, or paste it under “Accept one”, at their own gateway."));
  panel.replaceChildren(make("h2", null, "Hand over the link"), box, termsOf(report.terms), live.element);
  link.focus();
  link.select();
  live.run(report, prompt);
};

const offerPanel = () => {
  const panel = make("section", { class: "panel", "aria-labelledby": "offer-title" });
  const box = alertBox();
  const form = make("form", { class: "panel-form" },
    field("joint-text", "Your text", make("textarea", { name: "text", required: true }), "It stays here. The other side learns how many tokens it has."),
    field("joint-partner", "The other data owner", make("input", { name: "partner", required: true, autocomplete: "off", spellcheck: "false" }), "The name in its certificate."),
    field("joint-room", "Room for its text, in tokens", make("input", { name: "partner_tokens", type: "number", min: 1, max: 1024, value: 64, required: true })),
    make("fieldset", null, make("legend", null, "Who receives the answer"), Object.entries(whoReceives).map(([value, label]) =>
      make("label", { class: "choice" }, make("input", { type: "radio", name: "receivers", value, checked: value === "both" }), label))),
    field("joint-tokens", "Longest answer, in tokens", make("input", { name: "max_tokens", type: "number", min: 1, max: 4096, value: 64, required: true })),
    box, make("button", { class: "primary", type: "submit" }, "Make the link"));
  submitting(form, box, async data => {
    const text = data.get("text");
    const report = await json("/mimir/v1/joint", { method: "POST", body: {
      role: "create", model: model(), text, partner: data.get("partner").trim(), partner_tokens: Number(data.get("partner_tokens")),
      receivers: data.get("receivers"), max_tokens: Number(data.get("max_tokens")), temperature: 0,
    } });
    handOver(panel, report, text);
  });
  panel.append(make("h2", { id: "offer-title" }, "Start one"), form);
  return panel;
};

const acceptPanel = () => {
  const panel = make("section", { class: "panel", "aria-labelledby": "accept-title" });
  const box = alertBox();
  const link = make("input", { name: "link", required: true, autocomplete: "off", spellcheck: "false", class: "mono" });
  const look = make("form", { class: "panel-form" }, field("joint-accept", "Link you were given", link), make("button", { class: "bordered", type: "submit" }, "Look at its terms"), box);
  const bring = make("div", { class: "panel-form" });
  const token = () => link.value.trim().replace(/^.*\//, "");

  const agree = report => {
    const trouble = alertBox();
    const text = make("textarea", { name: "text", required: true });
    const form = make("form", { class: "panel-form" }, termsOf(report.terms), field("joint-own", "Your text", text, "It stays here. Nobody learns how much of its room you use."), trouble,
      make("button", { class: "primary", type: "submit" }, "Agree and bring my text"));
    submitting(form, trouble, async data => {
      const joined = await json("/mimir/v1/joint", { method: "POST", body: { link: token(), text: data.get("text") } });
      const live = progress();
      bring.replaceChildren(termsOf(joined.terms), live.element);
      look.hidden = true;
      live.run(joined, data.get("text"));
    });
    bring.replaceChildren(form);
    text.focus();
  };
  submitting(look, box, async () => agree(await json("/mimir/v1/joint", { method: "POST", body: { link: token() } })));
  panel.append(make("h2", { id: "accept-title" }, "Accept one"), look, bring);
  return { panel, open: value => { if (look.hidden) return; link.value = value; look.requestSubmit(); } };
};

export const show = link => {
  if (!offered) {
    offered = offerPanel();
    accepting = acceptPanel();
    get("joint").append(offered, accepting.panel);
  }
  get("joint").classList.toggle("invited", Boolean(link));
  if (link) accepting.open(link);
};

export const start = chosenModel => { model = chosenModel; };
