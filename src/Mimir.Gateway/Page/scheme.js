// Light, dark, or as the system has it. Runs before the first paint.
(() => {
  const order = ["system", "light", "dark"];
  const system = matchMedia("(prefers-color-scheme: dark)");
  let chosen = localStorage.getItem("scheme");
  if (!order.includes(chosen)) chosen = "system";
  const apply = () => {
    document.documentElement.dataset.scheme = chosen === "system" ? (system.matches ? "dark" : "light") : chosen;
    const button = document.getElementById("scheme");
    if (!button) return;
    button.lastElementChild.textContent = chosen[0].toUpperCase() + chosen.slice(1);
    button.setAttribute("aria-label", `Colour scheme: ${chosen}`);
  };
  system.addEventListener("change", apply);
  document.addEventListener("DOMContentLoaded", () => {
    document.getElementById("scheme").addEventListener("click", () => {
      chosen = order[(order.indexOf(chosen) + 1) % order.length];
      localStorage.setItem("scheme", chosen);
      apply();
    });
    apply();
  });
  apply();
})();
