import type { State } from "../../src/apply/state/state.ts";
import type { Policy } from "../../src/pg/policy.ts";

/** More than one statement, where the definition of a function is expected. */
export const PLANTED = "grant select on public.secret to low; commit; begin; select 1";

const POLICY: Policy = {
  schema: "public",
  relation: "note",
  name: "own",
  permissive: true,
  command: "ALL",
  roles: ["public"],
  using: "(n > 1)",
  check: "(n > 2)",
  comment: "it's \\ a comment",
};

export const DEFINITION = `CREATE OR REPLACE FUNCTION public.f(a integer, OUT b text)
 RETURNS text
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$ select 'x; y' $function$
`;

interface Recorded {
  policy?: object;
  expression?: string;
  column?: string;
  definition?: string | null;
  arguments?: string;
  schema?: unknown;
}

/** A state of the journal that holds a text of each kind. */
export const stateOf = ({ policy = {}, definition = DEFINITION, ...more }: Recorded = {}): State => ({
  relations: [
    {
      schema: "public",
      name: "note",
      exists: true,
      rowSecurity: true,
      forceRowSecurity: false,
      policies: [{ ...POLICY, ...policy }],
      defaults: [{ column: more.column ?? "n", expression: more.expression ?? "(2 + 3)" }],
    },
  ],
  functions: [{ schema: "public", name: "f", arguments: more.arguments ?? "a integer", definition }],
  schemas: [{ name: (more.schema ?? 'odd "name"') as string, exists: true }],
});
