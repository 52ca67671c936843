// Loaded before the first paint, so that a remembered choice does not flash.
const chosen = localStorage.getItem("coterie.theme");
if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
