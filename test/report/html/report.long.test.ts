import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { generatedCatalog } from "../../../bench/generated.ts";
import type { Catalog } from "../../../src/pg/catalog.ts";
import { reportFacts } from "../../../src/pipeline/report.ts";
import { reportHtml } from "../../../src/report/html/index.ts";
import { rlsmith } from "../../support/cli.ts";
import { copyOf } from "../../support/work-tree.ts";
import { hasBrowser, openBrowser, openPage, seriousFaults } from "./browser.ts";
import { factsOf } from "./facts.ts";

if (!hasBrowser) console.log("no /usr/bin/chromium: the report is not opened");

describe.skipIf(!hasBrowser)("the report in a browser", () => {
  let browser: Browser;
  let casino: string;
  beforeAll(async () => {
    browser = await openBrowser();
    const dir = copyOf("examples/casino");
    expect((await rlsmith(["plan", dir, "--no-rehearse"])).code).toBe(0);
    casino = reportHtml(await reportFacts(dir));
  });
  afterAll(async () => browser?.close());

  test("of the casino has at most 300 kB", () => {
    expect(Buffer.byteLength(casino)).toBeLessThanOrEqual(300_000);
  });

  test("opens without a complaint and asks for nothing", async () => {
    const { page, complaints } = await openPage(browser, casino);
    expect(complaints).toEqual([]);
    expect(await page.title()).toMatch(/^Row-level security of rlsmith-apply-/);
    // 116 policies before, and 21 of them are dropped (README)
    expect(await page.locator("#figures tbody tr").first().innerText()).toMatch(/policies\s+116\s+9[0-9]/);
  });

  test("says what it does not know, with the command", async () => {
    const { page } = await openPage(browser, casino);
    expect(await page.locator("#breaches .missing").innerText()).toContain("rlsmith verify");
    expect(await page.locator("#rehearsal .missing").innerText()).toContain("rlsmith rehearse");
    expect(await page.locator("#watching .missing").first().innerText()).toContain("rlsmith report --live");
  });

  test("filters by relation, and a link opens its policies", async () => {
    const { page } = await openPage(browser, casino);
    const rows = page.locator("#map-difference tbody tr:visible");
    const all = await rows.count();
    await page.fill("#filter", "RATING_slip");
    expect(await rows.allInnerTexts()).toEqual([
      expect.stringContaining("rating_slip"),
      expect.stringContaining("rating_slip_pause"),
    ]);
    expect(await page.locator("details.relation:visible").count()).toBe(2);
    await page.fill("#filter", "");
    expect(await rows.count()).toBe(all);
    const policies = page.locator("details.relation", { hasText: "public.rating_slip_pause" });
    expect(await policies.getAttribute("open")).toBeNull();
    await page.locator("#map-difference a", { hasText: "rating_slip_pause" }).click();
    await policies.locator("li").first().waitFor({ state: "visible" });
  });

  test("is used by the keyboard", async () => {
    const { page } = await openPage(browser, casino);
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("To the report");
    await page.focus("#view-difference");
    await page.keyboard.press("ArrowLeft");
    expect(await page.locator("#map-after").isVisible()).toBe(true);
    expect(await page.locator("#map-difference").isVisible()).toBe(false);
  });

  test("sorts a table by a column", async () => {
    const { page } = await openPage(browser, casino);
    const before = page.locator("#figures tbody td:nth-child(2)");
    await page.locator("#figures thead button", { hasText: "before" }).click();
    const sorted = (await before.allInnerTexts()).map(Number);
    expect(sorted.length).toBeGreaterThan(2);
    expect(sorted).toEqual(sorted.toSorted((a, b) => a - b));
  });

  test("is dark where the reader wants it, and light by the switch", async () => {
    const background = `getComputedStyle(document.body).backgroundColor`;
    const { page } = await openPage(browser, casino, { colorScheme: "dark" });
    expect(await page.evaluate(background)).toBe("rgb(13, 17, 23)");
    await page.check("#light");
    expect(await page.evaluate(background)).toBe("rgb(255, 255, 255)");
    await page.check("#dark");
    await page.emulateMedia({ colorScheme: "light" });
    expect(await page.evaluate(background)).toBe("rgb(13, 17, 23)");
  });

  test.each(["light", "dark"] as const)("has no serious fault of accessibility: %s", async (colorScheme) => {
    const { page } = await openPage(browser, casino, { colorScheme, bypassCSP: true });
    // what is folded is read by those who open it
    await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
    expect(await seriousFaults(page)).toEqual([]);
  });

  test("is printed", async () => {
    const { page } = await openPage(browser, casino);
    const pdf = await page.pdf();
    expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
    expect(pdf.length).toBeGreaterThan(50_000);
  });

  test("is readable without scripts", async () => {
    const { page } = await openPage(browser, casino, { javaScriptEnabled: false });
    expect(await page.locator("h1").innerText()).toContain("Row-level security");
    await page.check("#view-before");
    expect(await page.locator("#map-before").isVisible()).toBe(true);
    expect(await page.locator("#map-difference").isVisible()).toBe(false);
    await page.locator("details.relation summary").first().click();
    expect(await page.locator("details.relation .policies").first().isVisible()).toBe(true);
  });

  test("shows names of the database, and obeys none", async () => {
    const name = `<script>alert(1)</script><img src=x onerror=alert(2)>`;
    const hostile = renamed(generatedCatalog(2), `${name}"'&amp;\u202e`);
    const { page, complaints } = await openPage(browser, reportHtml(factsOf(hostile)));
    expect(complaints).toEqual([]);
    // innerText leaves out what the browser has not drawn yet
    expect(await page.locator("#changes").textContent()).toContain(name);
    expect(await page.locator("img").count()).toBe(0);
    expect(await page.locator("script").count()).toBe(1);
    // the mark that turns the direction of text is shown as its escape
    expect(await page.locator("#changes").textContent()).toContain(String.raw`\u202e`);
  });

  test("of 5,000 policies has at most 3 MB and opens", async () => {
    const facts = factsOf(generatedCatalog(1000));
    expect(facts.plan?.plan.policies).toHaveLength(5000);
    const text = reportHtml(facts);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(3_000_000);
    const { page, complaints, milliseconds } = await openPage(browser, text);
    expect(complaints).toEqual([]);
    expect(await page.locator("#map-difference tbody tr").count()).toBeGreaterThanOrEqual(1000);
    console.log(`5,000 policies: ${Buffer.byteLength(text)} bytes, opened in ${Math.round(milliseconds)} ms`);
  });
});

/** The first relation under another name. */
function renamed(catalog: Catalog, name: string): Catalog {
  const [first] = catalog.relations;
  return {
    ...catalog,
    relations: catalog.relations.map((one) => (one === first ? { ...one, name } : one)),
    policies: catalog.policies.map((one) =>
      one.relation === first?.name ? { ...one, relation: name, name: `${name} policy`, comment: name } : one,
    ),
  };
}
