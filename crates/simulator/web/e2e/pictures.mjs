// The README's pictures of both pages, of one moment: node e2e/pictures.mjs FOLDER
//
// A customer has waited for three minutes and the office phones ring; another has just come and was looked up.

import { join } from "node:path";
import { launch } from "./browser.mjs";
import { startDemo } from "./demo.mjs";

const folder = process.argv[2];
if (!folder) {
  console.error("usage: node e2e/pictures.mjs FOLDER");
  process.exit(2);
}

const OFFICE = "+442079460000";
const FIRST = { number: "+447700900102", name: "Oliver Nkemelu", digit: "2", queue: "support" };
const SECOND = { number: "+447700900101", name: "Mara Lind", digit: "1", queue: "sales" };
const LIMIT_MS = 20_000;

const demo = await startDemo();
const browser = await launch();
try {
  const open = async (url) => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme: "light", reducedMotion: "reduce" });
    page.setDefaultTimeout(LIMIT_MS);
    await page.goto(url);
    return page;
  };
  const simulator = await open(demo.simulator);
  const console = await open(demo.realtime);
  await console.getByRole("button", { name: "Amelia Frost" }).click();
  await console.getByText("Nobody is waiting.").waitFor();
  // In the list nothing moves under the pointer.
  await console.mouse.move(640, 2);

  async function control(path, body) {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${demo.simulator}/sim/v1/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    const text = await answer.text();
    return text === "" ? undefined : JSON.parse(text);
  }
  const call = async ({ number, name, digit, queue }) => {
    const { leg } = await control("dial", { from: number, to: OFFICE });
    await simulator.getByText("For sales, press 1").first().waitFor();
    await control("press", { leg, digits: digit });
    await console.getByRole("region", { name: "Waiting" }).getByText(name).first().waitFor();
    return leg;
  };

  const first = await call(FIRST);
  await control("clock/advance", { by_ms: 188_000 });
  await console.getByText("Office phones ringing").first().waitFor();
  await simulator.getByRole("article", { name: "Front desk" }).getByText("ringing").waitFor();
  const second = await call(SECOND);
  await console.getByRole("region", { name: "Waiting" }).locator("li").filter({ hasText: SECOND.name }).getByRole("button").first().click();
  await console.mouse.move(640, 2);
  await console.getByRole("complementary", { name: "Details" }).getByText("Northwind Bakery").first().waitFor();
  await simulator.getByText(`waiting in ${SECOND.queue}`).first().waitFor();

  await Promise.all([
    simulator.screenshot({ path: join(folder, "simulator.png") }),
    console.screenshot({ path: join(folder, "console.png") }),
  ]);
  for (const leg of [first, second]) await control("hang-up", { leg });
} finally {
  await browser.close();
  await demo.stop();
}
