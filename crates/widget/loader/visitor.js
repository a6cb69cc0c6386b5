(() => {
  // Until the loader is there and the visit has begun, in milliseconds; then longer and longer.
  const FIRST = 250;
  const LAST = 16000;
  const send = async (path, body) => {
    for (let wait = FIRST; wait <= LAST; wait *= 2) {
      const answer = await window.Switchboard?.post?.(path, body).catch(() => {});
      if (answer?.ok) {
        // The loader takes the page for told with every word of it; only this one tells it.
        window.Switchboard.post("page").catch(() => {});
        return true;
      }
      // 401: the visit has not begun. No answer, 429 and 5xx pass by themselves.
      if (answer && answer.status != 401 && answer.status != 429 && answer.status < 500) {
        const { detail } = await answer.json().catch(() => ({}));
        console.info("Switchboard: " + (detail || answer.status));
        return false;
      }
      await new Promise((then) => setTimeout(then, wait));
    }
    return false;
  };
  window.SwitchboardVisitor = {
    identify: (who) => send("identify", who),
    setAttributes: (attributes) => send("attributes", { attributes }),
  };
})();
