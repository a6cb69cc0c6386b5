// Stands in for the loader on a page of the server's own: opens the link that is the last part of the address, and hands the
// frame its code as often as it needs one.
const state = document.getElementById("state");
let frame;

const tell = (message) => frame.contentWindow.postMessage(message, location.origin);

async function open() {
  try {
    const answer = await fetch("/api/visitor/resume", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ link: location.pathname.split("/").pop() }),
    });
    const body = await answer.json();
    if (answer.ok) return body;
    state.textContent = body.detail;
  } catch {
    state.textContent = "The chat cannot be reached. Check your connection, then load this page again.";
  }
  frame?.remove();
  return null;
}

let session = await open();
if (session) {
  frame = document.createElement("iframe");
  frame.title = "Chat";
  frame.src = `/c/frame/${encodeURIComponent(session.publicKey)}#${location.origin}`;
  addEventListener("message", async ({ source, origin, data }) => {
    if (source !== frame.contentWindow || origin !== location.origin) return;
    if (data === "ready" || data === "sessionNeeded") {
      session ??= await open();
      if (!session) return;
      const { frameCode, user, widget } = session;
      session = null;
      tell({ session: { code: frameCode, visitor: user.id, widget } });
      tell({ shown: { shown: true, focus: data === "ready" } });
    } else if (data?.unread >= 0) {
      document.title = data.unread ? `(${data.unread}) Chat` : "Chat";
    }
  });
  state.replaceWith(frame);
}
