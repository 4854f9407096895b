// Runs before the first paint, so that a page chosen dark never flashes white.
try {
  document.documentElement.dataset.theme = localStorage.getItem("roms.theme") || "auto";
} catch (error) {
  document.documentElement.dataset.theme = "auto"; // storage forbidden
}
