// Starts the chat's program. When it cannot start or breaks, the visitor is told, and a new try is one press away.
let failed = false;

function fail(error) {
  console.error(error);
  if (failed) return;
  failed = true;
  const main = document.createElement("main");
  const section = document.createElement("section");
  section.className = "crash";
  section.setAttribute("aria-label", "Chat");
  const text = document.createElement("p");
  text.setAttribute("role", "alert");
  text.textContent = "Chat is not available right now";
  const reload = document.createElement("button");
  reload.type = "button";
  reload.textContent = "Reload";
  reload.onclick = () => location.reload();
  section.append(text, reload);
  main.append(section);
  document.body.replaceChildren(main);
}

// An answer came that the visitor does not see. Browsers make no sound before somebody has used the page.
let audio;
document.addEventListener("sound", () => {
  try {
    audio ??= new AudioContext();
    const [tone, volume, now] = [audio.createOscillator(), audio.createGain(), audio.currentTime];
    tone.frequency.setValueAtTime(660, now);
    tone.frequency.setValueAtTime(880, now + 0.12);
    volume.gain.setValueAtTime(0.08, now);
    volume.gain.exponentialRampToValueAtTime(0.001, now + 0.4);
    tone.connect(volume).connect(audio.destination);
    tone.start(now);
    tone.stop(now + 0.4);
  } catch {}
});

// A panic ends the program: the trap arrives here from whichever callback it happened in.
addEventListener("error", (event) => fail(event.error || event.message));
addEventListener("unhandledrejection", (event) => fail(event.reason));

/** The visitor has taken their consent back: nothing of this website's chat stays, and the loader is told. */
function forget() {
  const prefix = `switchboard/${location.pathname.split("/").pop()}/`;
  for (const area of ["localStorage", "sessionStorage"]) {
    try {
      const kept = Object.keys(window[area]).filter((name) => name.startsWith(prefix));
      for (const name of kept) window[area].removeItem(name);
    } catch {
      // Storage is refused: nothing was kept.
    }
  }
  parent.postMessage("forgotten", decodeURIComponent(location.hash.slice(1)));
}

/** How long the page has to say what it has kept, in milliseconds. */
const PATIENCE = 2000;

/**
 * Browsers without cookies for other sites refuse a frame of another site its storage. The page then keeps for it, through the
 * loader; where nobody answers, what is kept lasts as long as the frame.
 */
async function borrow() {
  const host = decodeURIComponent(location.hash.slice(1));
  const call = (...call) => parent.postMessage({ call }, host);
  const answered = new Promise((resolve) => {
    addEventListener("message", ({ source, origin, data }) => {
      if (source === parent && origin === host && data?.kept) resolve(data.kept);
    });
    setTimeout(resolve, PATIENCE, []);
  });
  call("kept");
  const kept = await answered;
  for (const [place, area] of ["localStorage", "sessionStorage"].entries()) {
    const things = new Map(kept[place]);
    const storage = {
      get length() {
        return things.size;
      },
      key: (index) => [...things.keys()][index] ?? null,
      getItem: (name) => things.get(name) ?? null,
      setItem(name, value) {
        things.set(name, value);
        call("keep", area, name, value);
      },
      removeItem(name) {
        // Null has to stand there: the loader puts its own after the last value.
        if (things.delete(name)) call("keep", area, name, null);
      },
    };
    Object.defineProperty(window, area, { value: storage });
  }
}

/** What the program keeps in is there once this is done. */
async function open() {
  try {
    localStorage.length;
  } catch {
    await borrow();
  }
}

if (location.search === "?forget") forget();
else open().then(() => import("./widget.js")).then((widget) => widget.default()).catch(fail);
