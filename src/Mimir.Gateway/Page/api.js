// The gateway's API. The key, when one is asked for, lives in this tab's sessionStorage and nowhere else.
import { get } from "./dom.js";

const keyName = "mimir-key";
let asking = null;

export class Refused extends Error {
  constructor(status, message) { super(message); this.status = status; }
}

// Whoever has been asked once, or has a key, may change it.
export const offerKey = () => { get("key").hidden = false; };
if (sessionStorage.getItem(keyName)) offerKey();

const headers = () => {
  const key = sessionStorage.getItem(keyName);
  return key ? { Authorization: `Bearer ${key}` } : {};
};

// Shows the dialog once, whoever asks. True when there is a key to try.
export const askKey = () => asking ??= new Promise(resolve => {
  offerKey();
  const dialog = get("key-dialog");
  const field = get("key-value");
  field.value = "";
  dialog.returnValue = "cancel";
  dialog.addEventListener("close", () => {
    asking = null;
    const value = field.value.trim();
    field.value = "";
    if (dialog.returnValue === "forget") sessionStorage.removeItem(keyName);
    if (dialog.returnValue !== "use" || value === "") return resolve(false);
    sessionStorage.setItem(keyName, value);
    resolve(true);
  }, { once: true });
  dialog.showModal();
});

const reason = async response => {
  try {
    const body = await response.json();
    return body?.error?.message ?? `The gateway answered ${response.status}.`;
  } catch {
    return `The gateway answered ${response.status}.`;
  }
};

// quiet: asks nobody for a key.
export const call = async (path, { method = "GET", body, signal, quiet = false } = {}) => {
  const request = () => fetch(path, {
    method, signal, cache: "no-store", credentials: "omit", redirect: "error",
    headers: { ...headers(), ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  let response;
  try {
    response = await request();
    while (response.status === 401 && !quiet && await askKey()) response = await request();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused(0, "The gateway does not answer. Is it still running?");
  }
  if (!response.ok) throw new Refused(response.status, await reason(response));
  return response;
};

export const json = async (path, options) => (await call(path, options)).json();

// The data of server-sent events, parsed, as they come. Comments (keep-alives) are passed over.
export async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let data = [];
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (rest + value).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop();
    for (const line of lines) {
      if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
      else if (line === "" && data.length > 0) {
        const text = data.join("\n");
        data = [];
        if (text === "[DONE]") return;
        yield JSON.parse(text);
      }
    }
  }
}
