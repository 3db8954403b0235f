import type { Catalog } from "../../pg/catalog.ts";
import { functionKey, nameKey } from "../../pg/name.ts";
import { policyId } from "../../pg/policy.ts";
import type { ObjectChange } from "./change.ts";
import { calledBy } from "./called.ts";
import type { World, Worlds } from "./world.ts";

/** What tells of names, schemas and comments: `tableoid::regclass`, `current_schema`, `obj_description`, the catalogs. */
const ASKS =
  /\b(?:tableoid|current_schemas?|(?:obj|col|shobj)_description|to_reg\w+|pg_(?:class|namespace|description|shdescription|proc|type|attribute|policy|policies|tables|views|roles|authid|database|inherits|constraint|trigger|rewrite))\b|\binformation_schema\s*\./i;

/**
 * Policies that ask for names, schemas or comments, by their own texts or those of the functions that they call, where
 * some of those differ. No verdict takes them into account.
 */
export function compareNamesAsked({ before, after }: Worlds): ObjectChange[] {
  if (namesOf(before.catalog) === namesOf(after.catalog)) return [];
  return after.catalog.policies.flatMap((policy): ObjectChange[] =>
    [policy.using, policy.check].some((text) => text !== null && asks(after, text))
      ? [
          {
            effect: "cannot be told",
            kind: "policy",
            name: policyId(policy),
            roles: policy.roles,
            why: { kind: "asks for names" },
          },
        ]
      : [],
  );
}

const asks = (world: World, text: string): boolean =>
  ASKS.test(text) || calledBy(world, text).some(({ reached }) => reached.texts.some((one) => ASKS.test(one)));

/** All names, schemas with their privileges, and comments. */
const namesOf = ({ relations, functions, policies, schemas, types, roles }: Catalog): string =>
  JSON.stringify([
    relations.map((one) => [nameKey(one), one.comment, one.columns.map(({ name }) => name)]),
    functions.map((one) => [functionKey(one), one.comment]),
    policies.map((one) => [policyId(one), one.comment]),
    types.map(nameKey),
    roles.map(({ name }) => name),
    schemas,
  ]);
