import type { Fixtures, Member } from "../../fixtures/index.ts";
import type { Catalog } from "../../pg/catalog.ts";
import { dollarQuote, quoteIdent, quoteLiteral } from "../../pg/identifier.ts";
import { quoteName, relationOf } from "../../pg/name.ts";
import { isPlatformUsers } from "../../pg/platform-schemas.ts";

/**
 * The assignment by which a membership row marks its member as deactivated: a status or flag column of the row with the
 * member's user.
 */
export function deactivation(member: Member, fixtures: Fixtures, catalog: Catalog): string | null {
  for (const table of fixtures.filled) {
    if (isPlatformUsers(catalog, relationOf(table)) || table.users.length === 0) continue;
    const row = table.rows[member.tenant]?.find((candidate) =>
      table.users.some((name) => candidate[name] === member.user),
    );
    if (!row) continue;
    const where = table.users
      .filter((name) => row[name] === member.user)
      .map((name) => `${quoteIdent(name)} = ${quoteLiteral(member.user)}`)
      .join(" and ");
    const target = quoteName(relationOf(table));
    for (const [name, value] of Object.entries(row)) {
      if (/^(is_)?(active|enabled)$/.test(name) && typeof value === "boolean")
        return `update ${target} set ${quoteIdent(name)} = false where ${where}`;
      if (
        /^(deactivated|deleted|disabled|revoked|removed|archived|left|ended|terminated|suspended)_(at|on)$/.test(name)
      )
        return `update ${target} set ${quoteIdent(name)} = now() where ${where}`;
      if (/^(status|state)$/.test(name) && typeof value === "string" && value.toLowerCase() === "active")
        // the first of the usual words that the column accepts
        return deactivateBy(target, name, where);
    }
  }
  return null;
}

const WORDS = [
  "inactive",
  "deactivated",
  "disabled",
  "suspended",
  "terminated",
  "removed",
  "archived",
  "revoked",
  "left",
];

function deactivateBy(target: string, column: string, where: string): string {
  const [name, set, condition] = [target, quoteIdent(column), where].map((text) => text.replaceAll("%", "%%"));
  const update = quoteLiteral(`update ${name} set ${set} = %L where ${condition}`);
  return `do ${dollarQuote(
    `declare word text; begin foreach word in array array[${WORDS.map(quoteLiteral).join(", ")}] loop begin ` +
      `execute format(${update}, word); return; ` +
      `exception when others then null; end; end loop; end`,
  )}`;
}
