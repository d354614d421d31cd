// A conversation lives in this page only, so leaving it is asked about.
export const ask = worthKeeping => addEventListener("beforeunload", event => { if (worthKeeping()) event.preventDefault(); });
