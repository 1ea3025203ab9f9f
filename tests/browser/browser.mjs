// Headless Chromium out of @sparticuz/chromium, with the libraries it brings along; as root too.
import { join } from "node:path";
import Chromium, { inflate, setupLambdaEnvironment } from "@sparticuz/chromium";
import { chromium } from "playwright-core";

const PACKED = join(import.meta.dirname, "node_modules/@sparticuz/chromium/bin");
const ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required"];

/** Unpacks into $TMPDIR, unless it is there already; the path of the program. */
export async function unpacked() {
  Chromium.setGraphicsMode = false;
  const libraries = await inflate(join(PACKED, "al2023.tar.br"));
  setupLambdaEnvironment(join(libraries, "lib"));
  return Chromium.executablePath(PACKED);
}

export async function launched() {
  return chromium.launch({ executablePath: await unpacked(), args: ARGUMENTS });
}
