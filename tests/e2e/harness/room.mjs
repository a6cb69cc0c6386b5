// How much room a browser has for a page, as the person's disk or another program would decide it.
import { eventually } from "./eventually.mjs";

/** A browser believes for half a minute what it once found out about its room. */
const BELIEVES_MS = 60_000;

/** Whether a page of this origin can write anything down right now, tried beside what the program itself keeps. */
const hasRoom = (page) =>
  page.evaluate(() => new Promise((resolve, reject) => {
    const opened = indexedDB.open("room");
    opened.onupgradeneeded = () => opened.result.createObjectStore("tries");
    opened.onerror = () => resolve(false);
    opened.onsuccess = () => {
      const database = opened.result;
      const transaction = database.transaction("tries", "readwrite");
      const end = (answer) => {
        database.close();
        resolve(answer);
      };
      transaction.oncomplete = () => end(true);
      transaction.onabort = () => (transaction.error?.name === "QuotaExceededError" ? end(false) : reject(transaction.error));
      transaction.objectStore("tries").put("?".repeat(1_000), "one");
    };
  }));

export class Room {
  /** The room of the page's origin, for as long as the page is open. */
  static async of(page) {
    const room = new Room();
    Object.assign(room, { page, session: await page.context().newCDPSession(page), origin: new URL(page.url()).origin });
    return room;
  }

  /** From now on nothing more can be written down. */
  async take() {
    await this.session.send("Storage.overrideQuotaForOrigin", { origin: this.origin, quotaSize: 1 });
    await eventually("the storage is full", async () => !(await hasRoom(this.page)), BELIEVES_MS);
  }

  /** There is as much as ever. */
  async give() {
    await this.session.send("Storage.overrideQuotaForOrigin", { origin: this.origin });
    await eventually("there is room", () => hasRoom(this.page), BELIEVES_MS);
  }
}
