// A Chromium that nobody looks into while something is measured. Whoever drives a page has every frame of its sockets reported, which
// is work that an operator's browser does not do.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

import { FLAGS } from "./browser.mjs";
import { eventually } from "./eventually.mjs";
import { settings } from "./settings.mjs";

const START_MS = 30_000;
/** The kernel counts a thread's time in hundredths of a second. */
const TICK_MS = 10;
/** Where `/proc/<pid>/task/<tid>/stat` has the time in user and in kernel mode, counted after the name in brackets. */
const [USER, KERNEL] = [11, 12];

/** A browser with a profile of its own, to be driven between `attend` and `leave`. */
export class Unattended {
  /** Starts the system's Chromium with a window of this size, in pixels. */
  static async start(width, height) {
    const browser = new Unattended();
    browser.folder = mkdtempSync(join(tmpdir(), "switchboard-bench-"));
    browser.process = spawn(settings.browser, [
      ...FLAGS, "--headless=new", "--remote-debugging-port=0", `--user-data-dir=${browser.folder}`, `--window-size=${width},${height}`, "about:blank",
    ], { stdio: "ignore" });
    browser.port = await eventually("the browser listens", () => Number(readFileSync(join(browser.folder, "DevToolsActivePort"), "utf8").split("\n")[0]), START_MS);
    return browser;
  }

  /** Begins to drive it, and gives its page. */
  async attend() {
    this.driver = await chromium.connectOverCDP(`http://127.0.0.1:${this.port}`);
    const [context] = this.driver.contexts();
    return context.pages()[0];
  }

  /** Drives it no longer; its page stays open. */
  async leave() {
    const devtools = await this.driver.newBrowserCDPSession();
    const { processInfo } = await devtools.send("SystemInfo.getProcessInfo");
    this.renderers = processInfo.filter(({ type }) => type === "renderer").map(({ id }) => id);
    await this.driver.close();
  }

  /** What its page is called, as the browser knows without asking the page. */
  async title() {
    const pages = await (await fetch(`http://127.0.0.1:${this.port}/json/list`)).json();
    return pages.find(({ type }) => type === "page").title;
  }

  /** How long the main threads of its pages have been at work, in milliseconds. */
  worked() {
    const times = this.renderers.map((id) => {
      const fields = readFileSync(`/proc/${id}/task/${id}/stat`, "utf8").split(") ")[1].split(" ");
      return (Number(fields[USER]) + Number(fields[KERNEL])) * TICK_MS;
    });
    return times.reduce((sum, time) => sum + time, 0);
  }

  /** Ends it and throws its profile away. */
  async stop() {
    const exited = once(this.process, "exit");
    this.process.kill();
    await exited;
    // Its other processes end a moment later and still write there.
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }
}
