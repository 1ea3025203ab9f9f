// node run.mjs ORIGIN TASK OPTIONS: opens the page at an origin, runs window[TASK](OPTIONS), prints its result.
import { join } from "node:path";
import { launched } from "./browser.mjs";

const [origin, task, options] = process.argv.slice(2);
const file = (name) => ({ path: join(import.meta.dirname, name) });

const browser = await launched();
try {
  const page = await browser.newPage({ viewport: { width: 800, height: 600 } });
  page.on("pageerror", (error) => console.error(String(error)));
  await page.route("**/test-page/", (route) => route.fulfill(file("page.html")));
  await page.route("**/test-page/page.js", (route) => route.fulfill(file("page.js")));
  await page.route("**/test-page/hls.js", (route) => route.fulfill(file("node_modules/hls.js/dist/hls.js")));
  await page.goto(`${origin}/test-page/`);
  const result = await page.evaluate(([name, given]) => window[name](given), [task, JSON.parse(options)]);
  console.log(JSON.stringify(result));
} finally {
  await browser.close();
}
