import { byFunction } from "../pg/by-function.ts";
import { bodyOf, functionIndex, reach } from "../classify/index.ts";
import { isPlatformFunction } from "../pg/platform-objects.ts";
import { distinctPaths } from "../pg/context.ts";
import type { Expr } from "../pg/expr/node.ts";
import { parseExpr } from "../pg/expr/parse.ts";
import { columnRef } from "../pg/expr/reads.ts";
import { binary, stringConst } from "../pg/expr/shape.ts";
import { walk } from "../pg/expr/walk.ts";
import type { ClaimsInput } from "./input.ts";
import type { ClaimsFacts } from "./report.ts";

// the keys that Supabase Auth itself writes there
const OWN_KEYS = new Set(["provider", "providers"]);

/** The claims that the database reads, and the readers of claims that users write themselves. */
export function readsOf(input: ClaimsInput): Pick<ClaimsFacts, "readClaims" | "readsUserMetadata"> {
  const { catalog, facts, classified } = input;
  const functionOf = byFunction(catalog.functions);
  const readers = [
    ...classified.map((one) => ({
      at: {
        kind: "policy" as const,
        schema: one.policy.schema,
        relation: one.policy.relation,
        policy: one.policy.name,
      },
      paths: one.claims,
    })),
    ...facts.flatMap((fact) =>
      isPlatformFunction(catalog, fact) || functionOf(fact) === undefined
        ? []
        : [
            {
              at: {
                kind: "function" as const,
                schema: fact.schema,
                name: fact.name,
                identityArguments: fact.identityArguments,
              },
              paths: fact.claims,
            },
          ],
    ),
  ];
  const app = readers
    .flatMap(({ paths }) => paths)
    .filter(([root, key]) => root === "app_metadata" && key !== undefined && !OWN_KEYS.has(key));
  const readClaims = distinctPaths(app).toSorted((a, b) => (a.join(".") < b.join(".") ? -1 : 1));
  const readsUserMetadata = readers.flatMap(({ at, paths }) => {
    const claims = paths.filter(([root]) => root === "user_metadata").map((path) => path.join("."));
    return claims.length === 0 ? [] : [{ behindPolicy: false, at, claims }];
  });
  return { readClaims, readsUserMetadata: [...readsUserMetadata, ...readsOfTable(input)] };
}

/** Policies that read the stored metadata that users write themselves, and functions called by policies that do. */
function readsOfTable({ catalog, facts, classified }: ClaimsInput): ClaimsFacts["readsUserMetadata"] {
  const index = functionIndex(facts);
  const functionOf = byFunction(catalog.functions);
  const behind = new Set(
    classified.flatMap(({ functions }) =>
      functions.flatMap((name) =>
        index.resolve(name, null).flatMap((fact) => reach(index, fact).map((one) => one.facts)),
      ),
    ),
  );
  const policies = classified.flatMap(({ policy }) => {
    const claims = ownKeys([policy.using, policy.check].flatMap((text) => (text === null ? [] : [parseExpr(text)])));
    const { schema, relation, name } = policy;
    return claims.length === 0
      ? []
      : [{ behindPolicy: false, at: { kind: "policy" as const, schema, relation, policy: name }, claims }];
  });
  const functions = facts.flatMap((fact) => {
    const fn = functionOf(fact);
    const claims = fn && behind.has(fact) ? ownKeys(bodyOf(fn).trees) : [];
    const { schema, name, identityArguments } = fact;
    return claims.length === 0
      ? []
      : [
          {
            behindPolicy: true,
            at: { kind: "function" as const, schema, name, identityArguments },
            claims,
          },
        ];
  });
  return [...policies, ...functions];
}

/**
 * The claims in user_metadata that a tree reads: `raw_user_meta_data ->> 'tenant'` gives `user_metadata.tenant`. Where
 * all of it is read, the name is that of the column.
 */
function ownKeys(tree: unknown): string[] {
  const found = new Set<string>();
  walk(tree, (node) => {
    const step = binary(node);
    const key = step?.operator.startsWith("->") ? stringConst(step.right) : null;
    if (key !== null && isOwnColumn(step?.left)) {
      found.add(`user_metadata.${key}`);
      return false;
    }
    if (isOwnColumn(node)) found.add("raw_user_meta_data");
    return true;
  });
  return [...found];
}

const isOwnColumn = (node: Expr | undefined): boolean => columnRef(node)?.at(-1) === "raw_user_meta_data";
