// The shop's own buttons that open the chat; they use nothing but the widget's one global.
for (const button of document.querySelectorAll("[data-chat]")) {
  button.addEventListener("click", () => window.RomsChat?.open());
}
