import { contextMapOf, type Config } from "../config.ts";
import { ToolError } from "../errors.ts";
import type { Catalog } from "../pg/catalog.ts";
import { as, type Expr } from "../pg/expr/node.ts";
import { parseStatements } from "../pg/expr/parse.ts";
import { bareTarget } from "../pg/expr/shape.ts";
import { groupBy } from "../pg/group-by.ts";
import { nameKey, type NameKey } from "../pg/name.ts";
import { settingsRead } from "./expression.ts";
import { liveRoleHelper } from "./live-role-helper.ts";
import type { OpenDecision } from "./outcome.ts";
import { ruleContext, type RuleContext } from "./rule.ts";
import type { PrivateHelper } from "./rules/break-recursion.ts";

/**
 * The rules' view of the config: mapped variables, decided flags, functions, helpers to inline, and the look-up of the
 * live role. Throws ToolError (config) if the policies would come to name a role that the database does not have.
 */
export function contextOf(
  catalog: Catalog,
  config: Config,
): { context: RuleContext; live: PrivateHelper | null; open: OpenDecision[] } {
  if (config.rules.toAuthenticated)
    refuseMissingRole(catalog, "authenticated", "rules.toAuthenticated", "or take `toAuthenticated` out of `rules`");
  const map = contextMapOf(config);
  const variables = new Map(map.variables.map((variable) => [variable.setting, variable]));
  const open: OpenDecision[] = [];
  const flags = new Map<string, { role: string | null }>();
  for (const [name, flag] of Object.entries(config.flags)) {
    const setting = name.toLowerCase();
    if (flag.decision === "open") {
      open.push({
        kind: "bypass-flag",
        key: name,
        settings: [name],
        policies: [],
        question: `\`${name}\` switches row security off for whoever sets it. Take it away (\`remove\`), or ask for a database role instead (\`role\`)?`,
      });
      continue;
    }
    if (flag.decision === "role") refuseMissingRole(catalog, flag.role, `flags.${name}`, "or decide `remove`");
    flags.set(setting, { role: flag.decision === "role" ? flag.role : null });
  }
  const role = config.rules.liveRole;
  const live = role ? liveRoleHelper(role, catalog.relations, config.helperSchema, map.claims) : null;
  const path = role ? (variables.get(role.setting.toLowerCase())?.claim ?? role.setting.split(".")) : [];
  const functions = groupBy(catalog.functions, nameKey);
  const context = ruleContext({
    claims: map.claims,
    variables,
    flags,
    functions,
    liveRole: live ? { path, call: live.call } : null,
    inline: config.rules.inlineHelpers
      ? inlinable(catalog, new Set([...variables.keys(), ...flags.keys()]))
      : new Map(),
  });
  return { context, live: live?.helper ?? null, open };
}

function refuseMissingRole({ roles }: Catalog, wanted: string, setting: string, otherwise: string): void {
  if (roles.some(({ name }) => name === wanted)) return;
  throw new ToolError(
    "config",
    "NO_SUCH_ROLE",
    `${setting}: there is no role \`${wanted}\` in the database`,
    `make the role in a migration first, ${otherwise}`,
  );
}

/** Helpers without arguments whose SQL body is one expression without FROM that reads one of the settings. */
function inlinable(catalog: Catalog, settings: ReadonlySet<string>): Map<NameKey, Expr> {
  const found = new Map<NameKey, Expr>();
  for (const fn of catalog.functions) {
    if (fn.language !== "sql" || fn.sqlStandardBody || fn.argumentTypes.length > 0 || fn.securityDefiner) continue;
    try {
      const statements = parseStatements(fn.body);
      const select = statements.length === 1 ? as("SelectStmt", statements[0]?.stmt) : null;
      const target = select ? bareTarget(select) : null;
      if (target && [...settingsRead(target)].some((setting) => settings.has(setting))) found.set(nameKey(fn), target);
    } catch {
      // A body that does not parse is not inlined; the helper rule reports it.
    }
  }
  return found;
}
