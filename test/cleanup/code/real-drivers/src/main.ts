import type { Bills, Seen } from "./bills.js";
import { signToken } from "./token.js";

// Does the work of two tenants with one driver, and prints what each of them saw.

const tenant = (letter: string): string => `00000000-0000-4000-8000-00000000000${letter}`;
const tokenOf = (letter: string, role = "authenticated"): string =>
  signToken({ sub: `user of ${letter}`, role, app_metadata: { tenant_id: tenant(letter) } });

/** What PostgreSQL, the driver or the application said, by the name of the piece of work. */
export type Result = Record<string, string[] | Seen | string>;

/** The words of an error, and of the error of PostgreSQL that a driver has put into its own. */
const wordsOf = (error: unknown): string =>
  error instanceof Error ? [error.message, error.cause ? wordsOf(error.cause) : ""].join(" ").trim() : String(error);

const errorOf = async (work: () => Promise<unknown>): Promise<string> =>
  work().then(
    () => "no error",
    (error: unknown) => wordsOf(error),
  );

async function run(bills: Bills): Promise<Result> {
  const result: Result = { fresh: await bills.without() };
  for (const name of ["own", "begun", "unsafe", "outer", "inner", "beside", "left"] as const) {
    result[`${name} a`] = await bills[name](tokenOf("a"));
    result[`${name} b`] = await bills[name](tokenOf("b"));
    result[`after ${name}`] = await bills.without();
  }
  result["worker b"] = await bills.worker(tenant("b"));
  result["after worker"] = await bills.without();
  result["traced a"] = await bills.traced(tokenOf("a"), "it's $1 ? {}");
  result["after traced"] = await bills.without();
  result["failing a"] = await errorOf(async () => bills.failing(tokenOf("a")));
  result["after failing"] = await bills.without();
  result["own b again"] = await bills.own(tokenOf("b"));
  result["outside a"] = await bills.outside(tenant("a"));
  result["service_role"] = await errorOf(async () => bills.own(tokenOf("a", "service_role")));
  result["after service_role"] = await bills.without();
  const all = await Promise.all(["a", "b", "a", "b", "b", "a"].map(async (one) => bills.own(tokenOf(one))));
  result["at once"] = all.map((titles) => titles.join(" "));
  result["last"] = await bills.without();
  return result;
}

const bills = (await import(`./${process.argv[2] ?? ""}/bills.js`)) as Bills;
try {
  console.log(JSON.stringify(await run(bills)));
} finally {
  await bills.close();
}
