import { matches, type Config } from "../config.ts";
import { ToolError } from "../errors.ts";
import type { Catalog } from "../pg/catalog.ts";

/**
 * Check that what the config declares is there: a misspelt name would hide that a relation was never looked at as it was meant. Throws ToolError
 * (config) with every name that matches nothing.
 */
export function checkDeclared(catalog: Catalog, { tenant, shared }: Config["verify"]): void {
  const relations = catalog.relations.map(({ schema, name }) => `${schema}.${name}`);
  const columns = catalog.relations.flatMap(({ schema, name, columns: of }) =>
    of.map((column) => `${schema}.${name}.${column.name}`),
  );
  const unknown = (patterns: readonly string[], names: readonly string[]): string[] =>
    patterns.filter((pattern) => !names.some((name) => matches(pattern, name)));
  const faults = [
    ...unknown(Object.keys(shared), relations).map((name) => `verify.shared: there is no relation \`${name}\``),
    ...unknown(Object.keys(tenant), columns).map((name) => `verify.tenant: there is no column \`${name}\``),
  ];
  if (faults.length === 0) return;
  throw new ToolError(
    "config",
    "DECLARED_NOT_THERE",
    faults.join("; "),
    "mend the name, with its schema: `public.price` for a relation, `public.price.org_id` for a column; or remove the line",
  );
}
