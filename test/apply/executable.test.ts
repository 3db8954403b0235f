import { expect, test } from "vitest";
import { faultsOf } from "../../src/apply/journal/executable.ts";
import type { State } from "../../src/apply/state/state.ts";
import { DEFINITION, PLANTED, stateOf } from "./recorded.ts";

/** States whose texts are not what they would be executed as, and what is said of each. */
const TEXTS: readonly (readonly [state: State | object, says: string])[] = [
  [
    stateOf({ definition: PLANTED }),
    "the definition of function public.f(a integer) is not one CREATE OR REPLACE of it",
  ],
  [stateOf({ definition: `${DEFINITION}; grant select on public.secret to low` }), "the definition of function"],
  [stateOf({ definition: DEFINITION.replace("public.f", "public.g") }), "the definition of function"],
  [stateOf({ definition: DEFINITION.replace("public.f", "f") }), "the definition of function"],
  [stateOf({ definition: DEFINITION.replace("a integer", "a text") }), "the definition of function"],
  [stateOf({ definition: DEFINITION.replace("OR REPLACE ", "") }), "the definition of function"],
  [stateOf({ definition: "do $$ begin end $$" }), "the definition of function"],
  [stateOf({ definition: "\\! id" }), "the definition of function"],
  [stateOf({ definition: "" }), "the definition of function"],
  [
    stateOf({ arguments: "); grant select on public.secret to low; drop function if exists f(" }),
    "the arguments of function public.f(",
  ],
  [stateOf({ arguments: "), public.g(", definition: null }), "the arguments of function public.f("],
  [stateOf({ arguments: ") cascade --", definition: null }), "the arguments of function public.f("],
  [
    stateOf({ policy: { using: "true); grant select on public.secret to low; select (1" } }),
    "public.note.own is not one policy of public.note",
  ],
  [
    stateOf({ policy: { using: "true) with check (true", check: null } }),
    "public.note.own is not one policy of public.note",
  ],
  [stateOf({ policy: { using: "true -- " } }), "public.note.own is not one policy of public.note"],
  [stateOf({ policy: { using: "true /*" } }), "public.note.own is not one policy of public.note"],
  [stateOf({ policy: { using: "" } }), "public.note.own is not one policy of public.note"],
  [
    stateOf({ policy: { check: "true)\n; drop table public.secret; --" } }),
    "public.note.own is not one policy of public.note",
  ],
  [stateOf({ policy: { relation: "secret" } }), "public.secret.own is not one policy of public.note"],
  [
    stateOf({ policy: { command: "all to public; grant select on public.secret to low; --" } }),
    "it is no state: relations.0.policies.0.command",
  ],
  [stateOf({ policy: { roles: [] } }), "it is no state: relations.0.policies.0.roles"],
  [stateOf({ policy: { using: ["true"] } }), "it is no state: relations.0.policies.0.using"],
  [stateOf({ expression: "1, disable row level security" }), "the default of public.note.n is not one expression"],
  [
    stateOf({ expression: "1; grant select on public.secret to low" }),
    "the default of public.note.n is not one expression",
  ],
  [stateOf({ schema: 7 }), "it is no state: schemas.0.name"],
  [{}, "it is no state"],
];

test.each(TEXTS)("%j", (state, says) => {
  expect(faultsOf({ before: null, after: state })).toEqual([expect.stringContaining(`\`after\`: ${says}`)]);
});

test.each([
  stateOf(),
  stateOf({ definition: null }),
  // as PostgreSQL prints them: a body of the standard's form, a procedure, no arguments
  stateOf({
    definition:
      "CREATE OR REPLACE FUNCTION public.f(a integer)\n RETURNS integer\n LANGUAGE sql\nBEGIN ATOMIC\n SELECT 1;\n SELECT 2;\nEND\n",
  }),
  stateOf({
    definition:
      "CREATE OR REPLACE PROCEDURE public.f(IN a integer)\n LANGUAGE sql\nAS $procedure$ select 1 $procedure$\n",
  }),
  stateOf({
    arguments: "",
    definition:
      "CREATE OR REPLACE FUNCTION public.f()\n RETURNS TABLE(x integer)\n LANGUAGE sql\nAS $function$ select 1 $function$\n",
  }),
  stateOf({
    arguments: "VARIADIC a text[]",
    definition:
      "CREATE OR REPLACE FUNCTION public.f(VARIADIC a text[] DEFAULT ARRAY[]::text[])\n RETURNS text\n LANGUAGE sql\nAS $function$ select 'a' $function$\n",
  }),
  stateOf({
    policy: { comment: null, using: null, command: "INSERT", roles: ["a role", "public"], permissive: false },
  }),
  stateOf({ policy: { comment: "" } }),
  { relations: [], functions: [], schemas: [] },
])("%j is what it would be executed as", (state) => {
  expect(faultsOf({ before: state, after: state })).toEqual([]);
});
