// What each one holds, in words and figures: the same facts as the picture, for everybody.
import { draw, make, say } from "./dom.js";
import { chart } from "./histogram.js";
import { bytes, count, evenness, large, sentence, some } from "./format.js";

const purposes = {
  input: "masked prompt, to the parties", output: "masked answer, to its receivers", masks: "masks, to the data owner", ready: "“ready”, to the parties",
  proof: "proofs of the masks", stop: "“stop”, to the parties", modelmask: "keys of weight masks", unspecified: "other",
};

const card = (id, title, verdict) => {
  const says = make("p", { class: "says" });
  const seal = verdict === undefined ? null : make("span", { class: "verdict none" });
  const element = make("article", { class: "card", id, tabindex: "-1", "aria-labelledby": `${id}-title` },
    make("header", null, make("h2", { id: `${id}-title` }, title), seal), says);
  const detail = make("p", { class: "detail", hidden: true });
  if (seal) element.append(detail);
  return { element, says, seal, detail };
};

const figures = names => {
  const values = {};
  const list = make("dl", { class: "figures" }, names.map(([key, label]) => make("div", null, make("dt", null, label), values[key] = make("dd", null, "–"))));
  return { list, set: (key, text) => say(values[key], text) };
};

const strong = (element, parts) => {
  const text = parts.map(p => typeof p === "string" ? p : p[0]).join("");
  if (element.textContent !== text) element.replaceChildren(...parts.map(p => typeof p === "string" ? p : make("strong", null, p[0])));
};

const verdicts = { verified: ["", "✓ attested"], not_demanded: ["none", "attestation not demanded"], refused: ["refused", "attestation refused"], absent: ["refused", "not connected"] };

const attest = ({ seal, detail }, attestation) => {
  const [style, words] = verdicts[attestation?.verdict] ?? verdicts.not_demanded;
  seal.className = `verdict ${style}`;
  say(seal, words);
  say(detail, sentence(attestation?.detail ?? ""));
  detail.hidden = !attestation?.detail;
};

const histogram = (caption, label) => {
  const plot = chart(label);
  const test = make("span");
  const figure = make("figure", { class: "chart" }, make("figcaption", null, make("span", null, caption), test), plot.svg,
    make("div", { class: "ends", "aria-hidden": "true" }, make("span", null, "0"), make("span", null, "p")));
  return { figure, update: bins => {
    plot.update(bins);
    const fit = evenness(bins ?? []);
    if (!fit) return;
    say(test, `χ² ${fit.value.toFixed(0)}; random: ${fit.freedom} ± ${fit.spread.toFixed(0)}`);
    plot.svg.setAttribute("aria-label", `${label} Nearly level: chi-square ${fit.value.toFixed(0)}, where random numbers give ${fit.freedom}, give or take ${fit.spread.toFixed(0)}.`);
  } };
};

const layers = () => {
  const body = make("tbody");
  const element = make("details", null, make("summary", null, "Rounds and bytes by layer, last step"),
    make("table", null, make("thead", null, make("tr", null, make("th", { scope: "col" }, "Layer"), make("th", { class: "wide", "aria-hidden": "true" }), make("th", { scope: "col" }, "Rounds"), make("th", { scope: "col" }, "Bytes"))), body));
  let rows = [];
  return { element, update: list => {
    if (rows.length !== list.length) {
      rows = list.map(l => {
        const bar = draw("rect", { x: 0, y: 1, height: 8, rx: 2, width: 0 });
        const rounds = make("td"), sent = make("td");
        const row = make("tr", null, make("th", { scope: "row" }, l.name), make("td", { class: "wide", "aria-hidden": "true" }, draw("svg", { viewBox: "0 0 100 10", preserveAspectRatio: "none" }, bar)), rounds, sent);
        return { row, bar, rounds, sent };
      });
      body.replaceChildren(...rows.map(r => r.row));
    }
    const most = Math.max(1, ...list.map(l => l.bytes));
    list.forEach((l, i) => {
      rows[i].bar.setAttribute("width", (l.bytes / most * 100).toFixed(1));
      say(rows[i].rounds, count(l.rounds));
      say(rows[i].sent, bytes(l.bytes));
    });
  } };
};

const owner = () => {
  const c = card("data-owner", "You, the data owner");
  const prompt = make("blockquote", { tabindex: "0", "aria-label": "Prompt" });
  const answer = make("blockquote", { tabindex: "0", "aria-label": "Answer" });
  const asked = make("div", { hidden: true }, make("h3", null, "Prompt"), prompt), said = make("div", { hidden: true }, make("h3", null, "Answer"), answer);
  say(c.says, "You alone see the words. They are masked in the gateway on this machine; what leaves it is a number plus a number that nobody else has.");
  c.element.append(asked, said);
  return { element: c.element, update: session => {
    asked.hidden = !session.prompt;
    said.hidden = !session.answer;
    say(prompt, session.prompt ?? "");
    say(answer, session.answer);
  }, summary: () => "" };
};

const party = name => {
  const c = card(`party-${name}`, `Party ${name}`, true);
  const received = histogram("What the others sent it", `Histogram of the numbers that party ${name} received.`);
  const opened = histogram("Put together with its own share", `Histogram of the opened numbers at party ${name}.`);
  const f = figures([["steps", "Steps"], ["rounds", "Rounds"], ["sent", "Sent"], ["received", "Received"], ["dealt", "Masks dealt to it"], ["checks", "Checks passed"]]);
  const table = layers();
  c.element.append(received.figure, opened.figure, f.list, table.element);
  say(c.says, "Nothing yet. When a session runs, the numbers it receives are counted here.");
  let text = "";
  return { element: c.element, update: session => {
    const r = session.report?.roles.find(x => x.role === "party" && x.name === name);
    if (!r) return;
    attest(c, r.attestation);
    strong(c.says, ["Party ", name, " received ", [`${large(r.numbers_seen)} numbers`], ". This is what they look like: ", ["noise"], ". Each was hidden by a mask that is used once."]);
    received.update(r.received);
    opened.update(r.opened);
    f.set("steps", count(r.steps));
    f.set("rounds", count(r.rounds));
    f.set("sent", bytes(r.bytes_sent));
    f.set("received", bytes(r.bytes_received));
    f.set("dealt", bytes(r.bytes_dealt));
    f.set("checks", count(r.checks_passed));
    table.update(r.layers ?? []);
    text = `Party ${name}: ${large(r.numbers_seen)} numbers received, ${count(r.rounds)} rounds, ${bytes(r.bytes_sent)} sent, ${count(r.checks_passed)} checks passed.`;
  }, summary: () => text };
};

const coordinator = () => {
  const c = card("coordinator", "Coordinator");
  const body = make("tbody");
  const table = make("table", { hidden: true }, make("thead", null, make("tr", null, make("th", { scope: "col" }, "Sealed envelopes"), make("th", { scope: "col" }, "Count"), make("th", { scope: "col" }, "Bytes"))), body);
  c.element.append(table);
  say(c.says, "Carries sealed envelopes between you and the parties. It knows who writes to whom, and how much. It has no key to any of them.");
  let text = "";
  return { element: c.element, update: session => {
    const list = session.report?.roles.find(r => r.role === "coordinator")?.envelopes ?? [];
    if (list.length === 0) return;
    const total = list.reduce((s, e) => s + e.count, 0), size = list.reduce((s, e) => s + e.bytes, 0);
    strong(c.says, ["Carried ", [some(total, "sealed envelope")], `, ${bytes(size)}. It knows who writes to whom, and how much. It has no key to any of them.`]);
    table.hidden = false;
    body.replaceChildren(...list.map(e => make("tr", null, make("th", { scope: "row" }, purposes[e.purpose] ?? e.purpose), make("td", null, count(e.count)), make("td", null, bytes(e.bytes)))));
    text = `Coordinator: ${some(total, "sealed envelope")}.`;
  }, summary: () => text };
};

const service = () => {
  const c = card("triple-service", "Triple Service", true);
  const f = figures([["dealt", "Masks dealt"], ["steps", "For steps"], ["audited", "Steps audited"]]);
  c.element.append(f.list);
  say(c.says, "Deals random masks ahead of need. It receives nothing: no prompt, no weights, no answer.");
  let text = "";
  return { element: c.element, update: session => {
    const r = session.report?.roles.find(x => x.role === "triple-service");
    if (!r) return;
    attest(c, r.attestation);
    strong(c.says, ["Dealt ", [`${bytes(r.bytes_dealt)} of random masks`], ". It received nothing: no prompt, no weights, no answer."]);
    f.set("dealt", bytes(r.bytes_dealt));
    f.set("steps", count(r.steps));
    f.set("audited", count(r.items_audited));
    text = `Triple Service: ${bytes(r.bytes_dealt)} of masks dealt.`;
  }, summary: () => text };
};

const modelOwner = () => {
  const c = card("model-owner", "Model owner");
  say(c.says, "Gave its weights to the parties once, each hidden by a mask. It takes no part in sessions: it sees no prompt and no answer.");
  return { element: c.element, update: () => {}, summary: () => "" };
};

export const cards = parties => {
  const list = [owner(), coordinator(), ...parties.map(party), service(), modelOwner()];
  return { elements: list.map(c => c.element), update: session => { for (const c of list) c.update(session); }, summary: () => list.map(c => c.summary()).filter(Boolean).join(" ") };
};
