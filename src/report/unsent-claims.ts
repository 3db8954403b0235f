import type { ContextMap } from "../pg/context.ts";
import { quoteLiteral } from "../pg/identifier.ts";
import type { OpenDecision } from "../plan/index.ts";
import { asIs, type Colours } from "./colours.ts";

/** How many policies are listed by name. */
const MOST = 10;

/**
 * What a plan costs requests that send no claims, and what to do first. set_config with `true` lasts until the end of
 * the transaction (manual, 9.28.1 Configuration Settings Functions).
 */
export function unsentLines(
  { question, settings, policies }: OpenDecision,
  context: ContextMap,
  colours: Colours,
): string[] {
  const shown = policies.slice(0, MOST).map((policy) => `  ${colours.dim(policy)}`);
  const more = policies.length - shown.length;
  const [setting] = settings;
  return [
    colours.bold(colours.red(question)),
    ...shown,
    ...(more > 0 ? [colours.dim(`  … and ${more} more (--format json has all)`)] : []),
    "First do this: let every request set its claims, in the transaction of its statements, from a token whose signature was checked:",
    ...(setting === undefined
      ? [`  set what the function of \`claims\` in the config reads, with set_config(…, …, true)`]
      : asIs(
          [
            "  begin;",
            `  select set_config(${quoteLiteral(setting)}, $1, true);  -- $1: ${exampleOf(context)}`,
            "  …  the statements of the request",
            "  commit;",
          ],
          colours,
        )),
    "A pooler in transaction mode needs both: `true` as the third argument, and one transaction around all of it. docs/without-supabase.md has it for node-postgres, Prisma and Drizzle.",
    'When all requests do so: requests: { claims: "sent", reason: "…" } in rlsmith.config.ts.',
    "",
  ];
}

interface Example {
  [key: string]: string | Example;
}

/** The JSON object that holds the mapped claims: `{"app_metadata":{"org_id":"…"}}`. */
function exampleOf({ variables }: ContextMap): string {
  const example: Example = {};
  for (const { claim } of variables) {
    let at = example;
    for (const key of claim.slice(0, -1)) {
      const inner = at[key];
      const next: Example = typeof inner === "object" ? inner : {};
      at[key] = next;
      at = next;
    }
    const last = claim.at(-1);
    if (last !== undefined && typeof at[last] !== "object") at[last] = "…";
  }
  return JSON.stringify(example);
}
