// What a browser keeps on the device for the server, read behind the page's back.

/** How many messages are kept there. */
export const keptMessages = (page) =>
  page.evaluate(() => new Promise((resolve, reject) => {
    const opened = indexedDB.open("switchboard");
    opened.onerror = () => reject(opened.error);
    opened.onsuccess = () => {
      const database = opened.result;
      const asked = database.transaction("outbox").objectStore("outbox").getAll();
      asked.onerror = () => reject(asked.error);
      asked.onsuccess = () => {
        database.close();
        resolve(asked.result.filter(({ entry }) => JSON.parse(entry).action.send).length);
      };
    };
  }));

/** Ends a tab's process as a crash does, and its page with it. */
export async function crash(person, page) {
  person.allow(/^crashed: /);
  const session = await person.context.newCDPSession(page);
  const crashed = new Promise((resolve) => { page.once("crash", resolve); });
  session.send("Page.crash").catch(() => {});
  await crashed;
  await page.close();
}

/** The texts that are kept there as typed and not sent. */
export const keptDrafts = (page) =>
  page.evaluate(() => new Promise((resolve, reject) => {
    const opened = indexedDB.open("switchboard");
    opened.onerror = () => reject(opened.error);
    opened.onsuccess = () => {
      const database = opened.result;
      const asked = database.transaction("drafts").objectStore("drafts").getAll();
      asked.onerror = () => reject(asked.error);
      asked.onsuccess = () => {
        database.close();
        resolve(asked.result.map((draft) => JSON.parse(draft).text).filter((text) => text !== ""));
      };
    };
  }));
