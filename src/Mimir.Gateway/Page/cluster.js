// The cluster's state in one line, for every view.
import { announce, get, make } from "./dom.js";
import { json } from "./api.js";
import { some } from "./format.js";

const listeners = new Set();
let state = null;
let said = "";

export const onChange = listener => { listeners.add(listener); };
export const parties = () => (state?.parties ?? []).map(p => p.name);

const words = () => {
  const connected = state.parties.filter(p => p.connected).length;
  const attested = state.parties.filter(p => p.attestation?.verdict === "verified").length;
  return [
    { text: connected === state.parties.length ? `${some(connected, "party", "parties")} connected` : `${connected} of ${state.parties.length} parties connected`, lost: connected < state.parties.length },
    attested > 0 ? { text: attested === state.parties.length ? "all attested" : `${attested} of ${state.parties.length} attested` } : null,
    state.security ? { text: state.security === "active" ? "active security" : "passive security" } : null,
    state.weights ? { text: `${state.weights} weights` } : null,
  ].filter(Boolean);
};

const render = parts => {
  const text = parts.map(p => p.text).join(", ");
  if (text === said) return;
  get("cluster").replaceChildren(...parts.map(p => make("span", { class: p.lost ? "part lost" : "part" }, p.text)));
  if (said !== "") announce(text);
  said = text;
};

export const refresh = async quiet => {
  try {
    state = await json("/mimir/v1/cluster", { quiet });
    state.parties ??= [];
    render(words());
  } catch (error) {
    render([{ text: error.message, lost: true }]);
  }
  for (const listener of listeners) listener();
};
