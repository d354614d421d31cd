// Sessions that this page knows, and what is being told about them. Kept in memory only.
import { call, events, json } from "./api.js";

const known = new Map();
const listeners = new Set();
const changed = session => { for (const listener of listeners) listener(session); };

export const onChange = listener => { listeners.add(listener); };
export const all = () => [...known.values()];
export const find = id => known.get(id);
export const latest = () => all().at(-1);

// prompt and answer are there for sessions of this page only.
export const add = (id, { prompt = null, title = null } = {}) => {
  const before = known.get(id);
  if (before) return before;
  const session = { id, prompt, title, answer: "", report: null, over: false, trouble: null };
  known.set(id, session);
  follow(session);
  changed(session);
  return session;
};

export const answered = (session, text) => { session.answer = text; changed(session); };

export const stop = async session => {
  try {
    await call(`/mimir/v1/sessions/${session.id}`, { method: "DELETE", quiet: true });
  } catch (error) {
    // It has ended by itself.
    if (error.status !== 404) throw error;
  }
};

// What runs at the gateway now, started here or by somebody else.
export const refresh = async () => {
  const list = await json("/mimir/v1/sessions", { quiet: true });
  for (const session of (list.sessions ?? []).reverse()) if (["waiting", "prefill", "generating"].includes(session.state)) add(session.id, { title: session.model });
};

const follow = async session => {
  for (let tries = 0; tries < 5 && !session.over; tries++) {
    try {
      const response = await call(`/mimir/v1/sessions/${session.id}/watch`, { quiet: true });
      for await (const report of events(response)) {
        if (report.error) throw new Error(report.error.message);
        tries = 0;
        session.trouble = null;
        session.report = report;
        session.over = report.over === true;
        changed(session);
      }
    } catch (error) {
      session.trouble = error.message;
      if (error.status === 404) session.over = true;
      changed(session);
    }
    if (!session.over) await new Promise(resolve => { setTimeout(resolve, 1000); });
  }
};
