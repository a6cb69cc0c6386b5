// A conversation over a wire that breaks: what both sides wrote is there once, in one order, whatever happened in between.
import { after, before, describe } from "node:test";

import { it, launch } from "../harness/browser.mjs";
import { eventually } from "../harness/eventually.mjs";
import { Exchange } from "../harness/exchange.mjs";
import { faults, suffer } from "../harness/faults.mjs";
import { isLong } from "../harness/settings.mjs";

const SEED = Number(process.env.SWITCHBOARD_TEST_SEED ?? 20_261);
const CUTS = isLong ? 200 : 20;
const EACH_SIDE = 500;

describe("a wire that breaks", () => {
  let browser, exchange;

  before(async () => {
    browser = await launch();
    exchange = await Exchange.begin(browser, { seed: SEED });
  });

  after(async () => {
    await exchange?.end();
    await browser?.close();
  });

  it(`${CUTS} times while ${2 * EACH_SIDE} messages are exchanged loses nothing and doubles nothing (seed ${SEED})`, async () => {
    const typing = Promise.all([exchange.types("O", EACH_SIDE), exchange.types("V", EACH_SIDE)]);
    typing.catch(() => {});
    for (const [index, fault] of faults(SEED, CUTS).entries()) {
      const due = Math.floor(((index + 1) * 2 * EACH_SIDE) / (CUTS + 1));
      await eventually(`${due} messages are stored before fault ${index + 1}`, async () =>
        (await exchange.stored()) >= due && exchange.proxy.sockets(fault.site) > 0, 120_000);
      await suffer(exchange.proxy, fault);
    }
    await typing;
    await exchange.assertAgreed();
  });

  it("raised no complaint", () => exchange.assertNoProblems());
});
