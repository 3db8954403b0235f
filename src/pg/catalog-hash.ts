import { createHash } from "node:crypto";
import type { Catalog } from "./catalog.ts";

/**
 * sha256 of what a plan rests on: policies with their comments, row-security flags, columns, function definitions, triggers.
 * Roles, grants and the server's version are left out: they differ between a scratch database and production without any policy being different.
 */
export function catalogHash(catalog: Catalog): string {
  const basis = {
    policies: catalog.policies,
    relations: catalog.relations.map(({ grants: _, owner: __, ...relation }) => relation),
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
