// What a person hears and has on their desktop, as the browser was asked for it, where they look and what their clock says. A headless browser has neither
// loudspeaker nor desktop, and takes every page for the one that is looked at.

/** Pages that are opened from now on note what they let sound and show; `permission` is the browser's answer to notifications. */
export const watchAlerts = (context, permission = "granted") =>
  context.addInitScript((allowed) => {
    // An empty tab has no storage.
    if (globalThis.alertsSeen || location.protocol === "about:") return;
    const seen = { tones: 0, shown: [], closed: [], asked: 0 };
    globalThis.alertsSeen = seen;
    // Both clocks run ahead by so much; what a page has kept of it lasts across a reload.
    const shift = { wall: 0, monotonic: 0, ...JSON.parse(sessionStorage.getItem("clock") ?? "{}") };
    globalThis.shiftClock = (by) => {
      Object.assign(shift, by);
      sessionStorage.setItem("clock", JSON.stringify({ wall: shift.wall }));
    };
    const RealDate = Date;
    globalThis.Date = class extends RealDate {
      constructor(...parts) {
        super(...(parts.length === 0 ? [RealDate.now() + shift.wall] : parts));
      }

      static now() {
        return RealDate.now() + shift.wall;
      }
    };
    const sinceStart = performance.now.bind(performance);
    performance.now = () => sinceStart() + shift.monotonic;
    globalThis.isLookedAt = true;
    Document.prototype.hasFocus = () => globalThis.isLookedAt;
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...when) {
      seen.tones += 1;
      return start.apply(this, when);
    };
    globalThis.Notification = class extends EventTarget {
      static permission = allowed;

      static async requestPermission() {
        seen.asked += 1;
        globalThis.Notification.permission = allowed === "default" ? "granted" : allowed;
        return globalThis.Notification.permission;
      }

      constructor(title, { body, tag }) {
        super();
        Object.assign(this, { title, body, tag });
        seen.shown.push(this);
      }

      close() {
        seen.closed.push(this.tag);
      }
    };
  }, permission);

/** The notifications of a page: title, text, and what they are about. */
export const notified = (page) => page.evaluate(() => globalThis.alertsSeen.shown.map(({ title, body, tag }) => ({ title, body, tag })));

/** How many tones of alerts sounded. */
export const tones = (page) => page.evaluate(() => globalThis.alertsSeen.tones);

/** Clicks the newest notification of a page, as a person does on the desktop. */
export const clickNotification = (page) => page.evaluate(() => globalThis.alertsSeen.shown.at(-1).onclick(new Event("click")));

/** The person works in another window, or in this one again. */
export const look = (page, isLookedAt) => page.evaluate((looked) => {
  globalThis.isLookedAt = looked;
  window.dispatchEvent(new Event(looked ? "focus" : "blur"));
}, isLookedAt);

/** The clocks of a page run ahead of everybody else's by so many milliseconds. */
export const shiftClock = (page, { wall, monotonic = 0 }) => page.evaluate((by) => globalThis.shiftClock(by), { wall, monotonic });
