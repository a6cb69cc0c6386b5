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

/** Asks one thing of the object store of what was seen. */
const askArchive = (page, mode, method, ...given) =>
  page.evaluate(([how, name, values]) => new Promise((resolve, reject) => {
    const opened = indexedDB.open("switchboard");
    opened.onerror = () => reject(opened.error);
    opened.onsuccess = () => {
      const database = opened.result;
      const transaction = database.transaction("archive", how);
      const asked = transaction.objectStore("archive")[name](...values);
      transaction.onabort = () => reject(transaction.error);
      transaction.oncomplete = () => {
        database.close();
        resolve(asked.result);
      };
    };
  }), [mode, method, given]);

/** The names of what is kept of what was seen. */
export const archived = (page) => askArchive(page, "readonly", "getAllKeys");

/** All of it as one text. */
export const archivedText = async (page) => (await askArchive(page, "readonly", "getAll")).join("\n");

/** Writes garbage over the first conversation that is kept. */
export const breakArchived = async (page) => {
  const name = (await archived(page)).find((key) => key.startsWith("log/conversation/"));
  await askArchive(page, "readwrite", "put", "{garbage", name);
};

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

/** The names of the files that are kept there as attached and not sent. */
export const keptFiles = (page) =>
  page.evaluate(() => new Promise((resolve, reject) => {
    const opened = indexedDB.open("switchboard");
    opened.onerror = () => reject(opened.error);
    opened.onsuccess = () => {
      const database = opened.result;
      const asked = database.transaction("attached").objectStore("attached").getAll();
      asked.onerror = () => reject(asked.error);
      asked.onsuccess = () => {
        database.close();
        resolve(asked.result.map(({ about }) => JSON.parse(about).file.name).sort());
      };
    };
  }));
