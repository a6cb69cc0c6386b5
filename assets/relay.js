// A shared worker that passes what one tab says on to all the others and keeps nothing. Access tokens travel this way: over
// ports in memory, so that they never stand in a storage, an address or a broadcast.
"use strict";

const tabs = new Set();

onconnect = ({ ports: [tab] }) => {
  tabs.add(tab);
  tab.onmessage = ({ data }) => {
    if (data === "bye") {
      tabs.delete(tab);
      return;
    }
    // A page that said goodbye may come back out of the browser's cache.
    tabs.add(tab);
    for (const other of tabs) {
      if (other !== tab) other.postMessage(data);
    }
  };
};
