import { createHash } from "node:crypto";
import type { Catalog } from "./catalog.ts";

/**
 * The sha256 of the parts of a catalog that a plan depends on: policies with their comments, row-security flags,
 * columns, function definitions, and triggers. Relations that a view reads, roles, grants and the server's version are left out, because they differ
 * between a scratch database and production even where every policy is the same.
 */
export function catalogHash(catalog: Catalog): string {
  const basis = {
    policies: catalog.policies,
    relations: catalog.relations.map(
      ({ grants: _, owner: __, partialKeys: ___, reads: ____, ...relation }) => relation,
    ),
    functions: catalog.functions.map(({ schema, name, definition, comment }) => ({
      schema,
      name,
      definition,
      comment,
    })),
    triggers: catalog.triggers,
  };
  return createHash("sha256").update(JSON.stringify(basis)).digest("hex");
}
