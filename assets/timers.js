// A worker that waits for the page: browsers let the timers of hidden pages run late, by up to a minute, but not those of
// workers. The page says `{id, after}` to be told `id` after so many milliseconds, and `{id}` when it no longer wants to.
"use strict";

const waiting = new Map();

onmessage = ({ data: { id, after } }) => {
  clearTimeout(waiting.get(id));
  waiting.delete(id);
  if (after === undefined) return;
  const ring = () => {
    waiting.delete(id);
    postMessage(id);
  };
  waiting.set(id, setTimeout(ring, after));
};
