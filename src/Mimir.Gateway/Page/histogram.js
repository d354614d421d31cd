// Counts as bars; the dashed line is where every bar would be if all were equally frequent.
import { draw } from "./dom.js";

export const bars = (width, height, bins = 32) => {
  const step = width / bins;
  const rects = Array.from({ length: bins }, (_, i) => draw("rect", { x: (i * step + step * .1).toFixed(2), width: (step * .8).toFixed(2), y: height, height: 0 }));
  const mean = draw("line", { class: "mean", x1: 0, x2: width, y1: height, y2: height });
  const group = draw("g", { class: "bars" }, ...rects, draw("line", { class: "base", x1: 0, x2: width, y1: height, y2: height }), mean);
  const update = counts => {
    const total = (counts ?? []).reduce((a, b) => a + b, 0);
    if (total === 0 || counts.length !== bins) return;
    const top = Math.max(1.6 * total / bins, ...counts);
    counts.forEach((n, i) => {
      const tall = n / top * (height - 2);
      rects[i].setAttribute("y", (height - tall).toFixed(2));
      rects[i].setAttribute("height", tall.toFixed(2));
    });
    const y = (height - total / bins / top * (height - 2)).toFixed(2);
    mean.setAttribute("y1", y);
    mean.setAttribute("y2", y);
  };
  return { group, update };
};

export const chart = label => {
  const { group, update } = bars(320, 88);
  return { svg: draw("svg", { viewBox: "0 0 320 88", preserveAspectRatio: "none", role: "img", "aria-label": label }, group), update };
};
