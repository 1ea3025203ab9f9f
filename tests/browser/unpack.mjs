import { unpacked } from "./browser.mjs";

console.log(await unpacked());
