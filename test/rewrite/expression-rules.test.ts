import { describe, expect, test } from "vitest";
import { equal } from "../../src/pg/expr/equal.ts";
import { parseExpr } from "../../src/pg/expr/parse.ts";
import { printChanged } from "../../src/pg/expr/print.ts";
import { EXPRESSION_RULES, rewriteExpression } from "../../src/rewrite/expression.ts";
import { contextFor, exampleContext } from "../support/rule-context.ts";

describe.each(EXPRESSION_RULES.map((rule) => ({ id: rule.id, rule })))("$id", ({ id, rule }) => {
  test.each(rule.examples.map((example) => ({ ...example })))("$before", ({ before, after }) => {
    const tree = parseExpr(before);
    const rewritten = rule.rewrite(tree, contextFor(id));
    expect(equal(rewritten, parseExpr(after)), printChanged(before, tree, rewritten)).toBe(true);
    expect(equal(rule.rewrite(rewritten, contextFor(id)), rewritten)).toBe(true);
  });
});

// Expected texts follow from DESIGN's target form: claims in InitPlan form, everything else as it stood.
describe("all rules together", () => {
  const cases: [name: string, before: string, after: string][] = [
    [
      "the clean hybrid",
      "((auth.uid() IS NOT NULL) AND (casino_id = COALESCE((NULLIF(current_setting('app.casino_id'::text, true), ''::text))::uuid, (((auth.jwt() -> 'app_metadata'::text) ->> 'casino_id'::text))::uuid)))",
      "(((select auth.uid()) IS NOT NULL) AND (casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)))",
    ],
    [
      "the cast around COALESCE",
      "(casino_id = (COALESCE(NULLIF(current_setting('app.casino_id'::text, true), ''::text), ((auth.jwt() -> 'app_metadata'::text) ->> 'casino_id'::text)))::uuid)",
      "(casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid))",
    ],
    [
      "a fallback that NULLIFs the claim keeps doing so",
      "(role = COALESCE(NULLIF(current_setting('app.staff_role'::text, true), ''::text), NULLIF(((auth.jwt() -> 'app_metadata'::text) ->> 'staff_role'::text), ''::text)))",
      "(role = (select NULLIF((((select auth.jwt()) -> 'app_metadata'::text) ->> 'staff_role'::text), ''::text)))",
    ],
    [
      "a fallback on another claim is left to the person",
      "(casino_id = COALESCE((current_setting('app.casino_id'::text, true))::uuid, ((auth.jwt() ->> 'tenant'::text))::uuid))",
      "(casino_id = COALESCE((select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid), (select ((select auth.jwt()) ->> 'tenant')::uuid)))",
    ],
    [
      "inside a sub-query",
      "(EXISTS ( SELECT 1\n   FROM public.player_casino pc\n  WHERE ((pc.player_id = player.id) AND (pc.casino_id = (current_setting('app.casino_id'::text))::uuid))))",
      "(EXISTS ( SELECT 1\n   FROM public.player_casino pc\n  WHERE ((pc.player_id = player.id) AND (pc.casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)))))",
    ],
    [
      "COALESCE to the empty string stays: it decides what a missing value means",
      "(COALESCE(current_setting('app.staff_role'::text, true), ''::text) <> 'dealer'::text)",
      "(COALESCE((select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role'), ''::text) <> 'dealer'::text)",
    ],
    [
      "a variable in another case is the same variable",
      "(casino_id = (current_setting('App.Casino_Id'::text, true))::uuid)",
      "(casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid))",
    ],
    [
      "a cast to an enum",
      "(kind = (current_setting('app.staff_role'::text, true))::public.\"Role\")",
      "(kind = (select ((select auth.jwt()) -> 'app_metadata' ->> 'staff_role')::public.\"Role\"))",
    ],
    [
      "integers",
      "(level <= (current_setting('app.level'::text, true))::integer)",
      "(level <= (select ((select auth.jwt()) -> 'app_metadata' ->> 'level')::integer))",
    ],
    [
      "CASE",
      "CASE WHEN (current_setting('app.staff_role'::text, true) = 'admin'::text) THEN true ELSE (owner = auth.uid()) END",
      "CASE WHEN ((select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = 'admin'::text) THEN true ELSE (owner = (select auth.uid())) END",
    ],
    [
      "text beyond ASCII before the change",
      "((name <> 'Zürich – ø'::text) AND (org_id = (current_setting('app.org_id'::text))::uuid))",
      "((name <> 'Zürich – ø'::text) AND (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid)))",
    ],
    [
      "an array helper under ANY",
      "(org_id = ANY (public.current_orgs()))",
      "(org_id = ANY ((select public.current_orgs())::uuid[]))",
    ],
    [
      "a set-returning helper",
      "(org_id IN ( SELECT public.org_set() AS org_set))",
      "(org_id IN ( SELECT public.org_set() AS org_set))",
    ],
    ["a volatile helper", "(org_id = public.random_org())", "(org_id = public.random_org())"],
    [
      "a helper in FROM",
      "(org_id IN ( SELECT o.o FROM public.org_set() o(o)))",
      "(org_id IN ( SELECT o.o FROM public.org_set() o(o)))",
    ],
    [
      "the raw token",
      "(tenant = ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'tenant'::text))",
      "(tenant = (select (NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'tenant'::text))",
    ],
    [
      "nothing to do",
      "((owner = ( SELECT auth.uid() AS uid)) AND (NOT deleted))",
      "((owner = ( SELECT auth.uid() AS uid)) AND (NOT deleted))",
    ],
  ];
  test.each(cases)("%s", (_, before, after) => {
    const result = rewriteExpression(before, EXPRESSION_RULES, exampleContext);
    expect(equal(result.tree, parseExpr(after)), result.text).toBe(true);
  });

  test("what did not change keeps its text", () => {
    const before =
      "((auth.uid() IS NOT NULL) AND (casino_id   = (current_setting('app.casino_id'::text))::uuid) AND (status = ANY (ARRAY['open'::text,\n 'closed'::text])))";
    expect(rewriteExpression(before, EXPRESSION_RULES, exampleContext).text).toBe(
      "(((select auth.uid()) IS NOT NULL) AND (casino_id   = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)) AND (status = ANY (ARRAY['open'::text,\n 'closed'::text])))",
    );
  });
});
