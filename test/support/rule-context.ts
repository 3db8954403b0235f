import type { PgFunction } from "../../src/pg/catalog.ts";
import type { ContextType } from "../../src/pg/context.ts";
import { parseExpr } from "../../src/pg/expr/parse.ts";
import { nameKey } from "../../src/pg/name.ts";
import { ruleContext, type RuleContext } from "../../src/rewrite/rule.ts";

const variables: Record<string, ContextType> = {
  "app.casino_id": "uuid",
  "app.staff_role": "text",
  "app.org_id": "uuid",
  "app.org_ids": "uuid[]",
  "app.is_manager": "boolean",
  "app.level": "integer",
};

/** A function with the fields that the rules read; the others are empty. */
export const fn = (given: Partial<PgFunction> & Pick<PgFunction, "name">): PgFunction => ({
  schema: "public",
  identityArguments: "",
  arguments: "",
  argumentNames: [],
  argumentTypes: [],
  result: "uuid",
  kind: "function",
  language: "sql",
  volatility: "stable",
  securityDefiner: false,
  strict: false,
  owner: "postgres",
  settings: [],
  body: "",
  sqlStandardBody: false,
  definition: "",
  grants: [],
  comment: null,
  ...given,
});

/** The context in which the rules' examples are written. */
export const exampleContext: RuleContext = ruleContext({
  variables: new Map(
    Object.entries(variables).map(([setting, type]) => [
      setting,
      { setting, claim: ["app_metadata", setting.slice("app.".length)], type, separator: "," },
    ]),
  ),
  flags: new Map([
    ["app.bypass_rls", { role: null }],
    ["app.job", { role: "batch_admin" }],
  ]),
  functions: new Map([
    [nameKey({ schema: "public", name: "current_org_id" }), [fn({ name: "current_org_id" })]],
    [nameKey({ schema: "public", name: "current_orgs" }), [fn({ name: "current_orgs", result: "uuid[]" })]],
    [nameKey({ schema: "public", name: "org_set" }), [fn({ name: "org_set", result: "SETOF uuid" })]],
    [nameKey({ schema: "public", name: "random_org" }), [fn({ name: "random_org", volatility: "volatile" })]],
  ]),
});

/** The context of the examples, with the additions that single rules need. */
export const contextFor = (rule: string): RuleContext => ({
  ...exampleContext,
  liveRole: rule === "live-role" ? { path: ["app_metadata", "staff_role"], call: "rlsmith_private.live_role()" } : null,
  inline:
    rule === "inline-helper"
      ? new Map([
          [
            nameKey({ schema: "public", name: "current_org_id" }),
            parseExpr("(NULLIF(current_setting('app.org_id'::text, true), ''::text))::uuid"),
          ],
        ])
      : new Map(),
});
