import type { Catalog } from "../../src/pg/catalog.ts";
import type { Policy } from "../../src/pg/policy.ts";

/** A policy that lets everyone read the rows of a table where the condition is true. */
export const readPolicy = (relation: string, using: string): Policy => ({
  schema: "public",
  relation,
  name: "p",
  permissive: true,
  command: "SELECT",
  roles: ["public"],
  using,
  check: null,
  comment: null,
});

/** A catalog of one table, `docs (id, title)`, that one policy lets everyone read where the condition is true. */
export const guardedBy = (using: string): Catalog => ({
  format: "rlsmith-catalog",
  formatVersion: 1,
  serverVersion: 180000,
  relations: [
    {
      schema: "public",
      name: "docs",
      kind: "table",
      owner: "owner",
      rowSecurity: true,
      forceRowSecurity: false,
      partitionOf: null,
      securityInvoker: null,
      columns: [
        { name: "id", type: "uuid", notNull: true, expression: null, generated: "no" },
        { name: "title", type: "text", notNull: false, expression: null, generated: "no" },
      ],
      uniqueKeys: [["id"]],
      grants: [{ grantee: "public", privilege: "SELECT" }],
      columnGrants: [],
      comment: null,
    },
  ],
  policies: [readPolicy("docs", using)],
  functions: [],
  policyFunctions: [],
  triggers: [],
  types: [],
  roles: [],
});
