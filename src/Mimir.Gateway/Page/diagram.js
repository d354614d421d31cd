// Everybody who takes part, and what flows between them.
import { draw, say } from "./dom.js";
import { bars } from "./histogram.js";
import { bytes, large, some } from "./format.js";

const anchorOf = (role, name) => `#/watch/${role}-${name ?? ""}`.replace(/-$/, "");

const node = (box, { kind, role, name, title, own }) => {
  const note = draw("text", { class: "note", x: box.x + 16, y: box.y + 44 });
  const plot = kind === "party" ? bars(box.w - 32, box.h - 66) : null;
  plot?.group.setAttribute("transform", `translate(${box.x + 16} ${box.y + 54})`);
  const element = draw("a", { href: anchorOf(role, name), class: own ? "own" : null },
    draw("rect", { class: "box", x: box.x, y: box.y, width: box.w, height: box.h, rx: 12 }),
    draw("text", { class: "name", x: box.x + 16, y: box.y + 26 }, title), note, plot?.group ?? null);
  return { element, note, plot };
};

const arrow = (id, path, { sealed = false, label, at, inside = false, middle = true } = {}) => {
  const line = draw("path", { class: sealed ? "edge sealed" : "edge", d: path, "marker-end": "url(#tip)", "data-edge": id });
  return { id, line, label: label ? draw("text", { class: inside ? "label inside" : "label", x: at[0], y: at[1], "text-anchor": middle ? "middle" : "start" }, label) : null };
};

const places = (parties, narrow) => {
  const tall = 118, gap = 34, n = parties.length;
  if (narrow) {
    const inner = n * tall + (n - 1) * gap, top = 262;
    const end = top + 44 + inner + 18;
    return {
      width: 358, height: end + 152,
      owner: { x: 28, y: 8, w: 302, h: 62 }, coordinator: { x: 28, y: 124, w: 302, h: 62 },
      frame: { x: 28, y: top - 20, w: 302, h: end - top + 20 },
      party: i => ({ x: 44, y: top + 20 + i * (tall + gap), w: 270, h: tall }),
      service: { x: 28, y: end + 68, w: 144, h: 62 }, maker: { x: 186, y: end + 68, w: 144, h: 62 },
    };
  }
  const inner = n * tall + (n - 1) * gap, frame = { x: 490, y: 8, w: 300, h: inner + 66 };
  const middle = frame.y + frame.h / 2 - 31;
  return {
    width: 1040, height: frame.h + 156,
    owner: { x: 2, y: middle, w: 190, h: 62 }, coordinator: { x: 256, y: middle, w: 172, h: 62 }, frame,
    party: i => ({ x: 510, y: frame.y + 46 + i * (tall + gap), w: 260, h: tall }),
    service: { x: 510, y: frame.h + 82, w: 260, h: 62 }, maker: { x: 866, y: middle, w: 172, h: 62 },
  };
};

const edges = (p, n, narrow) => {
  const { owner, coordinator, frame, service, maker } = p;
  const between = Array.from({ length: n - 1 }, (_, i) => {
    const above = p.party(i), x = above.x + above.w / 2, y = above.y + above.h;
    const below = p.party(i + 1).y;
    return [
      arrow("mesh", `M${x - 6} ${y + 3} V${below - 5}`),
      arrow("mesh", `M${x + 6} ${below - 3} V${y + 5}`, { label: "noise, both ways", at: [x + 18, y + 21], inside: true, middle: false })];
  }).flat();
  if (narrow) {
    const x = owner.x + owner.w / 2;
    return [
      arrow("sealed", `M${x} ${owner.y + owner.h + 3} V${coordinator.y - 5}`, { sealed: true, label: "sealed", at: [x + 32, owner.y + owner.h + 32] }),
      arrow("sealed", `M${x} ${coordinator.y + coordinator.h + 3} V${frame.y - 5}`, { sealed: true, label: "sealed", at: [x + 32, coordinator.y + coordinator.h + 33] }),
      arrow("tape", `M${service.x + 72} ${service.y - 3} V${frame.y + frame.h + 5}`, { label: "random masks", at: [service.x + 72, service.y - 28] }),
      arrow("weights", `M${maker.x + 72} ${maker.y - 3} V${frame.y + frame.h + 5}`, { label: "masked weights", at: [maker.x + 72, maker.y - 28] }),
      arrow("masks", `M${service.x - 3} ${service.y + 31} H12 V${owner.y + 31} H${owner.x - 5}`, { sealed: true }),
      ...between];
  }
  const y = owner.y + 31;
  return [
    arrow("sealed", `M${owner.x + owner.w + 3} ${y} H${coordinator.x - 5}`, { sealed: true, label: "sealed", at: [224, y - 10] }),
    arrow("sealed", `M${coordinator.x + coordinator.w + 3} ${y} H${frame.x - 5}`, { sealed: true, label: "sealed", at: [459, y - 10] }),
    arrow("weights", `M${maker.x - 3} ${y} H${frame.x + frame.w + 5}`, { label: "masked", at: [828, y - 10] }),
    arrow("tape", `M${service.x + service.w / 2} ${service.y - 3} V${frame.y + frame.h + 5}`, { label: "random masks", at: [service.x + service.w / 2, service.y - 31] }),
    arrow("masks", `M${service.x - 3} ${service.y + 31} H97 V${owner.y + owner.h + 5}`, { sealed: true, label: "masks for the prompt, sealed", at: [300, service.y + 21] }),
    ...between];
};

// parties: names. Returns the picture and what keeps it up to date.
export const diagram = (parties, narrow) => {
  const p = places(parties, narrow);
  const own = node(p.owner, { role: "data-owner", title: "You, the data owner", own: true });
  const carrier = node(p.coordinator, { role: "coordinator", title: "Coordinator" });
  const dealer = node(p.service, { role: "triple-service", title: "Triple Service" });
  const maker = node(p.maker, { role: "model-owner", title: "Model owner" });
  const members = parties.map((name, i) => node(p.party(i), { kind: "party", role: "party", name, title: `Party ${name}` }));
  const lines = edges(p, parties.length, narrow);
  own.note.textContent = "your words, in the clear";
  maker.note.textContent = "weights, in the clear";
  carrier.note.textContent = "envelopes it cannot open";
  dealer.note.textContent = "only masks it made up";
  for (const member of members) member.note.textContent = "nothing received yet";
  const svg = draw("svg", { viewBox: `0 0 ${p.width} ${p.height}`, role: "group", "aria-label": "Who takes part; each links to what it sees" },
    draw("defs", null, draw("marker", { id: "tip", viewBox: "0 0 8 8", refX: 6, refY: 4, markerWidth: 7, markerHeight: 7, markerUnits: "userSpaceOnUse", orient: "auto" }, draw("path", { class: "tip", d: "M0 0 8 4 0 8z" }))),
    draw("rect", { class: "frame", x: p.frame.x, y: p.frame.y, width: p.frame.w, height: p.frame.h, rx: 18 }),
    draw("text", { class: "label inside", x: p.frame.x + 20, y: p.frame.y + 28 }, narrow ? "computing together" : "computing together on noise"),
    ...lines.map(l => l.line), ...lines.map(l => l.label).filter(Boolean),
    own.element, carrier.element, ...members.map(m => m.element), dealer.element, maker.element);

  let before = {};
  const update = report => {
    const roles = report?.roles ?? [];
    const envelopes = roles.find(r => r.role === "coordinator")?.envelopes ?? [];
    const carried = envelopes.reduce((sum, e) => sum + e.count, 0);
    const dealt = roles.find(r => r.role === "triple-service")?.bytes_dealt ?? 0;
    if (carried) say(carrier.note, some(carried, "sealed envelope"));
    if (dealt) say(dealer.note, `${bytes(dealt)} of masks`);
    let seen = 0;
    parties.forEach((name, i) => {
      const party = roles.find(r => r.role === "party" && r.name === name);
      if (!party) return;
      seen += party.numbers_seen;
      say(members[i].note, `${large(party.numbers_seen)} numbers: noise`);
      members[i].plot.update(party.received);
    });
    const now = { sealed: carried, tape: dealt, mesh: seen };
    for (const { id, line } of lines) line.classList.toggle("busy", !report?.over && id in now && now[id] > (before[id] ?? 0));
    before = now;
  };
  return { svg, update };
};
