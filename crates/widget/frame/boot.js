// Starts the frame's program. Whatever keeps it from running, now or later, ends in a page that says so.
function unavailable() {
  const page = document.createElement("section");
  page.className = "unavailable";
  page.setAttribute("aria-label", "Chat");
  const text = document.createElement("p");
  text.setAttribute("role", "alert");
  text.textContent = "Chat is not available right now";
  const reload = document.createElement("button");
  reload.type = "button";
  reload.textContent = "Reload";
  reload.addEventListener("click", () => location.reload());
  page.append(text, reload);
  document.body.replaceChildren(page);
}

// A program that stopped in the middle of something cannot go on.
addEventListener("error", ({ error }) => {
  if (error instanceof WebAssembly.RuntimeError) unavailable();
});

try {
  const { default: init } = await import("./widget.js");
  await init();
} catch {
  unavailable();
}
