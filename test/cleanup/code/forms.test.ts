import { describe, expect, test } from "vitest";
import { SHAPES, type ShapeExample } from "../../../src/cleanup/code/index.ts";
import { applied, clean, cleanText, type Files } from "./support.ts";

// The forms in which the same code is written. What changes nothing about its meaning changes nothing about the result.

const filesOf = (text: ShapeExample["before"] | ShapeExample["after"]): Record<string, string> =>
  Object.fromEntries(
    Object.entries(typeof text === "string" ? { "example.ts": text } : text).flatMap(([path, one]) =>
      one === null ? [] : [[path, one]],
    ),
  );

const examples = SHAPES.flatMap(({ id, examples }) =>
  examples.map(({ before, after, decided }, n): [string, Files, Files, ShapeExample["decided"]] => [
    `${id} ${n + 1}`,
    filesOf(before),
    filesOf(after),
    decided,
  ]),
);

const mapped = (files: Files, change: (text: string) => string): Files =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [path, change(text)]));

test.each(SHAPES.map(({ id, examples }): [string, number] => [id, examples.length]))(
  "%s has at least two cases",
  (_id, count) => {
    expect(count).toBeGreaterThanOrEqual(2);
  },
);

test("among them are texts that are not ASCII, JSX, methods with decorators, .js and .mts, comments between tokens", () => {
  const all = examples.flatMap(([, before]) => Object.entries(before));
  const has = (is: (path: string, text: string) => boolean): number =>
    all.filter(([path, text]) => is(path, text)).length;
  expect(has((_path, text) => /[^\p{ASCII}]/u.test(text))).toBeGreaterThan(5);
  expect(has((path, text) => /\.[jt]sx$/.test(path) && /<\w+[ >]/.test(text))).toBeGreaterThan(1);
  expect(has((_path, text) => /^ {2}@\w+\(/m.test(text))).toBeGreaterThan(0);
  expect(has((path) => path.endsWith(".js"))).toBeGreaterThan(1);
  expect(has((path) => path.endsWith(".mts"))).toBeGreaterThan(1);
  expect(has((_path, text) => /[,(=[] \/\*/.test(text))).toBeGreaterThan(1);
});

describe.each(examples)("%s", (_name, before, after, decided) => {
  test("in CRLF", () => {
    const crlf = (files: Files): Files => mapped(files, (text) => text.replaceAll("\n", "\r\n"));
    // a helper that is written has the line ends of the module that calls it
    expect(applied(crlf(before), clean(crlf(before), { decided }))).toEqual(crlf(after));
  });

  test("below text that is not ASCII, in UTF-16 of two units too", () => {
    const put = (files: Files): Files =>
      mapped(files, (text) => (/^["']use /.test(text) ? text : `/* größer 😀 ﬁ 한 */\n\n${text}`));
    const fresh = Object.keys(after).filter((path) => !(path in before));
    const cleaned = applied(put(before), clean(put(before), { decided }));
    const known = Object.fromEntries(Object.entries(after).filter(([path]) => path in before));
    expect(Object.fromEntries(Object.entries(cleaned).filter(([path]) => path in before))).toEqual(put(known));
    expect(fresh.every((path) => path in cleaned)).toBe(true);
  });
});

describe("methods of a class", () => {
  const RPC = `this.supabase.rpc("set_tenant_context", { p_tenant_id: this.tenantId })`;
  const inClass = (body: string): string => `@Injectable()
export class Invoices {
  constructor(private readonly supabase: Client, @Inject("tenant") private readonly tenantId: string) {}

  @Cron("* * * * *")
  async load(@Param("größe") size: number): Promise<number> {
${body}    return size;
  }
}
`;

  test.each([
    ["awaited", `    await ${RPC}; // für alle\n`],
    ["not awaited", `    void ${RPC};\n`],
    ["with its error", `    const { error } = await ${RPC};\n    if (error) throw new Error(error.message);\n`],
    [
      "in a try",
      `    try {\n      await ${RPC};\n    } catch (error) {\n      throw new Error("no context", { cause: error });\n    }\n`,
    ],
    [
      "with a comment in the call",
      `    await /* now */ this.supabase /* it */\n      .rpc("set_tenant_context", { p_tenant_id: this.tenantId });\n`,
    ],
  ])("%s", (_name, body) => {
    expect(cleanText(inClass(body))).toBe(inClass(""));
    expect(cleanText(inClass(body).replaceAll("\n", "\r\n"))).toBe(inClass("").replaceAll("\n", "\r\n"));
  });

  test("a method that only sets the context is left to a person: who calls it is not followed", () => {
    const text = `export class Context {
  async set(supabase: Client, tenantId: string): Promise<void> {
    const answer = await supabase.rpc("set_tenant_context", { p_tenant_id: tenantId });
    await log(answer);
  }
}
`;
    const cleaned = clean({ "example.ts": text });
    expect([...cleaned.files.keys()]).toEqual([]);
    expect(cleaned.decisions).toMatchObject([{ line: 3, reason: "result-used" }]);
  });
});
