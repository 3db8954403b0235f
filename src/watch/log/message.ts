import type { DenialFamily } from "../denial.ts";
import { plainName } from "./names.ts";

/** What the English text of a message tells. */
export interface Told {
  family: DenialFamily | null;
  relation?: string | null;
  policy?: string | null;
  function?: string | null;
  object?: string | null;
}

type Shape = readonly [pattern: RegExp, tell: (found: RegExpExecArray) => Told];

/** Names of relations and policies stand in quotes that are not doubled inside, and so a name reaches to the last quote. */
const SHAPES: readonly Shape[] = [
  [
    /^(?:new|target) row violates row-level security policy(?: "(.*)")?(?: \(USING expression\))? for table "(.*)"$/s,
    ([, policy, relation]) => ({ family: "row check", policy: policy ?? null, relation: relation ?? null }),
  ],
  [
    /^query would be affected by row-level security policy for table "(.*)"$/s,
    ([, relation]) => ({ family: "row security off", relation: relation ?? null }),
  ],
  [
    /^infinite recursion detected in policy for relation "(.*)"$/s,
    ([, relation]) => ({ family: "recursion", relation: relation ?? null }),
  ],
  [/^stack depth limit exceeded$/, () => ({ family: "recursion" })],
  [
    /^(?:permission denied for|must be owner of) (?:table|view|materialized view|foreign table|sequence|relation|index) (.*)$/s,
    ([, relation]) => ({ family: "missing privilege", relation: relation ?? null }),
  ],
  [
    /^(?:permission denied for|must be owner of) (?:function|procedure|routine|aggregate) (.*)$/s,
    ([, name]) => ({ family: "missing privilege", object: name ?? null }),
  ],
  [
    /^(?:permission denied for|must be owner of) (schema|type|language|database|domain|foreign server|foreign-data wrapper|tablespace|column|parameter) (.*)$/s,
    ([, , name]) => ({ family: "missing privilege", object: name ?? null }),
  ],
  [
    /^(?:permission denied|must be (?:owner|able|member|superuser|a superuser))\b/,
    () => ({ family: "missing privilege" }),
  ],
  [
    /^unrecognized configuration parameter "(.*)"$/s,
    ([, name]) => ({ family: "unset variable", object: plainName(name) }),
  ],
  [/^(?:function|procedure|aggregate) ([^()]*)\(.*\) does not exist$/s, gone],
  [/^(?:could not find a function|function) named "(.*)"(?: does not exist)?$/s, gone],
  [/^operator does not exist: /, () => ({ family: "object gone" })],
  [
    /^(?:relation|table|view) "(.*)" does not exist$/s,
    ([, name]) => ({ family: "object gone", relation: plainName(name) }),
  ],
  // a column in quotes may be a value that a client wrote in double quotes
  [
    /^column "(?:.*)"(?: of relation "(.*)")? does not exist$/s,
    ([, name]) => ({ family: "object gone", relation: plainName(name) }),
  ],
  [/^column (.*) does not exist$/s, gone],
  [/^(?:schema|type|role|domain|language|collation) "(.*)" does not exist$/s, gone],
  [/^record "(?:.*)" has no field "(?:.*)"$/s, () => ({ family: "object gone" })],
  [/^canceling statement due to statement timeout$/, () => ({ family: "timeout" })],
  [/^canceling statement due to /, () => ({ family: null })],
  [
    /^(?:invalid input syntax for|malformed (?:array|record|range) literal|date\/time field value out of range|value ".*" is out of range for type|invalid value for parameter|cannot (?:cast|extract|call) )/s,
    () => ({ family: "cast" }),
  ],
  [/^(?:\S+ requires a WHERE clause|more than one row returned by a subquery)/, () => ({ family: "other" })],
  // the frequent errors of an application, which concern no policy; without an SQLSTATE only their text says so
  [/ violates (?:unique|not-null|foreign key|check|exclusion) constraint\b/, () => ({ family: null })],
  [/^new row for relation "(.*)" violates /s, () => ({ family: null })],
  [
    /^(?:division by zero|syntax error at |deadlock detected|could not serialize access|value too long for type|cannot execute .* in a read-only transaction|current transaction is aborted)/s,
    () => ({ family: null }),
  ],
  // a view or a rule, and no policy
  [/^infinite recursion detected in rules for relation /, () => ({ family: null })],
];

function gone([, name]: RegExpExecArray): Told {
  return { family: "object gone", object: plainName(name) };
}

/** What a message tells by its text; null: it is none of those of PostgreSQL in English that concern a denial. */
export function told(message: string): Told | null {
  for (const [pattern, tell] of SHAPES) {
    const found = pattern.exec(message);
    if (found) return tell(found);
  }
  return null;
}

/** True for the message of a login that is refused: class 28 of SQLSTATEs. */
export const isRefusedLogin = (message: string): boolean =>
  /authentication failed for user|^no pg_hba\.conf entry|^role ".*" (?:does not exist|is not permitted to log in)/s.test(
    message,
  );

/** True for the first message of a startup process, which says how the server was left. */
export const isStartup = (message: string): boolean =>
  /^database system (?:was shut down|was interrupted|shutdown was interrupted)/.test(message);

/** A message of a stderr log without the position in the statement, which the other formats have in a field of its own. */
export const withoutPosition = (message: string): string => message.replace(POSITION, "");

/** True if it names a position; translated too, it ends with the number. */
export const hasPosition = (message: string): boolean => POSITION.test(message);

const POSITION = / at character \d+$/;
