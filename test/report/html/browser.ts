import { existsSync, writeFileSync } from "node:fs";
import { mkdtempSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";

/** Debian's package `chromium`. */
const CHROMIUM = "/usr/bin/chromium";

export const hasBrowser = existsSync(CHROMIUM);

/** A browser. As root it runs without a sandbox, which wants another user. */
export const openBrowser = async (): Promise<Browser> =>
  chromium.launch({ executablePath: CHROMIUM, args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] });

/** A page of its own on a text of HTML, with all that its console and its scripts complain of, and what it asks for. */
export async function openPage(
  browser: Browser,
  text: string,
  options: BrowserContextOptions = {},
): Promise<{ page: Page; complaints: string[]; milliseconds: number }> {
  const file = join(mkdtempSync(join(tmpdir(), "rlsmith-report-")), "report.html");
  writeFileSync(file, text);
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    if (request.url() !== pathToFileURL(file).href) complaints.push(`asks for ${request.url()}`);
  });
  const start = performance.now();
  await page.goto(pathToFileURL(file).href);
  return { page, complaints, milliseconds: performance.now() - start };
}

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Faults of accessibility that axe calls serious or critical. The page's own policy would not let it run: open it with `bypassCSP`. */
export async function seriousFaults(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const found = (await page.evaluate("axe.run()")) as {
    violations: { id: string; impact: string | null; nodes: { html: string }[] }[];
  };
  return found.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200) ?? ""}`);
}
