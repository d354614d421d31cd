// Numbers as people read them.
const plain = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });

export const count = n => plain.format(n ?? 0);
export const large = n => n < 1e4 ? plain.format(n) : n < 1e6 ? `${short.format(n / 1e3)} thousand` : n < 1e9 ? `${short.format(n / 1e6)} million` : `${short.format(n / 1e9)} billion`;
export const bytes = n => n < 1e3 ? `${plain.format(n ?? 0)} B` : n < 1e6 ? `${short.format(n / 1e3)} kB` : n < 1e9 ? `${short.format(n / 1e6)} MB` : `${short.format(n / 1e9)} GB`;
export const sentence = text => text && text[0].toUpperCase() + text.slice(1);
export const some = (n, one, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;

// χ² of counts against equal expectation, with its degrees of freedom and the spread that uniform numbers have.
export const evenness = bins => {
  const total = bins.reduce((a, b) => a + b, 0);
  if (total < 5 * bins.length) return null;
  const mean = total / bins.length;
  const freedom = bins.length - 1;
  return { value: bins.reduce((a, b) => a + (b - mean) ** 2 / mean, 0), freedom, spread: 2 * Math.sqrt(2 * freedom) };
};
