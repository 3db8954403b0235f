import { dollarQuote, quoteIdent, quoteLiteral, quoteRole } from "./identifier.ts";
import { quoteName, type QualifiedName } from "./name.ts";

/** One overload of a function or procedure; `arguments` are its input types (to drop it, its identity arguments will do). */
export interface RoutineName extends QualifiedName {
  kind: "function" | "procedure";
  arguments: string;
}

/** Who owns a function and may call it, and what is written about it. */
export interface RoutineAccess {
  owner: string;
  /** the roles that may execute it, other than as its owner; `public` for PUBLIC */
  grantees: string[];
  comment: string | null;
}

const named = (fn: RoutineName): string => `${quoteName(fn)}(${fn.arguments})`;

/** DROP, without CASCADE: it fails while something that PostgreSQL knows depends on the function. */
export const dropRoutine = (fn: RoutineName, { ifExists }: { ifExists: boolean }): string =>
  `drop ${fn.kind} ${ifExists ? "if exists " : ""}${named(fn)}`;

/**
 * The statements after CREATE OR REPLACE by which a function has its owner, privileges and comment again. Default
 * privileges may have granted EXECUTE to other roles when it was created, so all of them are revoked first.
 */
export function routineAccess(fn: RoutineName, { owner, grantees, comment }: RoutineAccess): string[] {
  const others = grantees.filter((role) => role !== owner);
  return [
    `alter ${fn.kind} ${named(fn)} owner to ${quoteIdent(owner)}`,
    `do ${dollarQuote(`
declare
  granted record;
begin
  for granted in
    select distinct a.grantee from pg_catalog.pg_proc p,
      pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) a
    where p.oid = ${quoteLiteral(named(fn))}::pg_catalog.regprocedure and a.grantee <> p.proowner
  loop
    execute pg_catalog.format(${quoteLiteral(`revoke all on ${fn.kind} ${named(fn).replaceAll("%", "%%")} from %s`)},
      case when granted.grantee = 0 then 'public' else pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(granted.grantee)) end);
  end loop;
end
`)}`,
    ...(others.length > 0 ? [`grant execute on ${fn.kind} ${named(fn)} to ${others.map(quoteRole).join(", ")}`] : []),
    ...(comment === null ? [] : [`comment on ${fn.kind} ${named(fn)} is ${quoteLiteral(comment)}`]),
  ];
}
