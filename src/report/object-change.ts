import type { ChangeReason, ObjectChange, OutsideCatalog } from "../prove/index.ts";

const list = (names: readonly string[]): string =>
  names.length <= 4 ? names.join(", ") : `${names.slice(0, 3).join(", ")} and ${names.length - 3} more`;

const CAUSE = { new: "it is new", privilege: "the privilege on it is new", rights: "it did not do so before" } as const;

const OUTSIDE: Readonly<Record<OutsideCatalog, string>> = {
  password: "a password lets somebody log in, which no catalog shows",
  "dynamic SQL": "it runs dynamic SQL that may have written rows",
  "function of the platform": "what it calls may schedule, publish or store something that no catalog shows",
  program: "it runs a program or reads a file of the server",
};

/** Why a change of an object has its effect, in words: lower case, no final period. */
export function reasonText(why: ChangeReason): string {
  switch (why.kind) {
    case "new":
      return "it is new";
    case "gone":
      return "it is gone";
    case "different":
      return "its definition or its privileges are different";
    case "past row security":
      return `it reaches ${list(why.relations)} with the rights of its owner, past row security or privileges of the roles${why.writes.length > 0 ? `, ${why.writes.join(", ")} too` : ""}; ${CAUSE[why.by]}`;
    case "past row security, by request":
      return `it reaches ${list(why.relations)} with the rights of its owner, and what it gives depends on its own text, which was not compared; ${CAUSE[why.by]}`;
    case "policies of the owner":
      return `it reads ${list(why.relations)} under the policies that apply to its owner ${why.owner}`;
    case "path closed":
      return `it does not reach ${list(why.relations)} for the roles any more`;
    case "text":
      return `it reaches ${list(why.relations)} with the rights of its owner, and what it does there is different or depends on something that is`;
    case "dynamic SQL":
      return "it runs dynamic SQL, or is in a language other than SQL and PL/pgSQL, with the rights of its owner";
    case "called before policies":
      return "it is LEAKPROOF: PostgreSQL may call it on rows before their policies are checked, and an error or a notice of it may show their values";
    case "values of columns":
      return `policies depend on ${list(why.columns)}, and rows that are written from now on may have other values there`;
    case "columns read as owner":
      return `views or functions with their owners' rights name ${list(why.columns)}, whose values or comparisons are others now`;
    case "does something for each row":
      return "it may copy rows to where others read them, or fill columns on which policies depend";
    case "owner of a meaning":
      return `the owner was ${why.was} and is ${why.is}: an owner can change what it gives, to policies too`;
    case "names without a schema":
      return "it runs with the rights of its owner without a search_path of its own: a temporary object of the caller may stand for what it names";
    case "instead of":
      return `it has the columns of ${why.relation}, which is gone: its policies or privileges are different`;
    case "makes tokens":
      return "Supabase Auth may call it to make tokens: policies depend on the claims in them";
    case "sets variables":
      return "it sets a variable or the role, which policies may ask";
    case "runs in statements of others":
      return `it rewrites statements on ${why.relation}, with the rights of that relation's owner`;
    case "may have enforced something":
      return `it may have refused or changed rows of ${why.relation} that the roles can still write`;
    case "referential action":
      return `a statement on ${why.of} does ${why.action} to rows of ${why.relation}, which no policy of ${why.relation} is asked about`;
    case "session default":
      return `the value that sessions of ${why.role ?? "every role"} begin with is ${why.how}`;
    case "check option":
      return `WITH CHECK OPTION was ${why.was} and is ${why.is}: it decides which rows can be written through the view`;
    case "security barrier":
      return why.is
        ? "security_barrier is set: functions in a query see only the rows of the view"
        : "security_barrier is not set any more: a function in a query may see rows that the view leaves out";
    case "row security":
      return why.is ? "row security is enabled" : "row security is disabled";
    case "force":
      return why.is
        ? `FORCE ROW LEVEL SECURITY is set: policies apply to the owner ${why.owner}`
        : `FORCE ROW LEVEL SECURITY is not set any more: policies do not apply to the owner ${why.owner}`;
    case "owner":
      return `the owner was ${why.was} and is ${why.is}: an owner can change policies and disable row security`;
    case "privilege":
      return why.gained ? `GRANT ${why.privileges.join(", ")} is new` : `${why.privileges.join(", ")} is revoked`;
    case "column privilege":
      return why.gained
        ? `GRANT ${why.privilege} now covers ${list(why.columns)}`
        : `GRANT ${why.privilege} does not cover ${list(why.columns)} any more`;
    case "columns":
      return `columns that are new, gone or different: ${list(why.columns)}`;
    case "other columns by the name":
      return `${list(why.columns)}: other columns than before have ${why.columns.length === 1 ? "this name" : "these names"}, dropped and added again or renamed, and their values were not compared`;
    case "other relation by the name":
      return `it and ${list(why.relations)} have the same columns and were created in another order than before: if they swapped their names, or were made anew, each has other rows`;
    case "rows go elsewhere":
      return `it is gone, and rows that it took go to ${why.relation}, under the policies and privileges of that`;
    case "sees other rows":
      return `it is ${why.volatility} now: whether it sees rows of the statement that calls it was not compared`;
    case "runs before requests":
      return "PostgREST calls it before each request (pgrst.db_pre_request), which it may have refused";
    case "asks for names":
      return "it asks for names, schemas or comments, and some of those are different";
    case "attribute of an object":
      return `its ${why.attribute} ${why.attribute.endsWith("s") ? "are" : "is"} different, and what follows from that was not compared`;
    case "parent":
      return why.attached
        ? `it is now part of ${why.parent}: its rows are reached through that, under the policies of ${why.parent}`
        : `it is not part of ${why.parent} any more`;
    case "stored query":
      return "its query, or the server and options that its rows come from, is different";
    case "schema":
      return why.gained
        ? `GRANT USAGE is new${why.reaches.length > 0 ? `; the roles hold privileges there, for instance on ${why.reaches.join(", ")}` : ""}`
        : `USAGE is revoked${why.reaches.length > 0 ? `; the roles held privileges there, for instance on ${why.reaches.join(", ")}` : ""}`;
    case "attribute":
      return why.gained ? `it is ${why.attribute} now` : `it is not ${why.attribute} any more`;
    case "membership":
      return why.gained ? `it is a member of ${why.of} now` : `it is not a member of ${why.of} any more`;
    case "no privilege":
      return `it is different, and none of its roles holds a privilege on ${why.relation}, so that no verdict compares it: no GRANT ${why.privileges.join(", ")} ON ${why.relation} was found`;
    case "later objects":
      return `${why.objects} that are created from now on ${why.gained ? "grant" : "do not grant"} ${why.privileges.join(", ")} by default`;
    case "publishes":
      return why.gained
        ? `it sends the rows of ${list(why.tables)} to subscribers, without row security`
        : `it does not send the rows of ${list(why.tables)} any more`;
    case "publishes otherwise":
      return `the row filter or the columns of ${list(why.tables)} are different`;
    case "runs at DDL":
      return "it runs in DDL, and may grant privileges or change row security";
    case "outside rlsmith's knowledge":
      return `${why.what} were not compared`;
    case "writes rows":
      return why.copies
        ? `it copies rows from or to ${list(why.relations)} on the side ${why.side} alone, and rows are not compared: \`${why.statement}\``
        : `it writes rows of ${list(why.relations)} on the side ${why.side} alone, on which access depends, and rows are not compared: \`${why.statement}\``;
    case "does something else":
      return `it is on the side ${why.side} alone, and ${OUTSIDE[why.what]}: \`${why.statement}\``;
    case "failed":
      return `${why.error}: \`${why.statement}\`; not compared: ${why.unreliable}`;
    case "not read":
      return `${why.part} of the catalogs was not compared: one of them does not hold it, or this version does not know it`;
  }
}

/** `opens  view public.v  as anon`, without colours. */
export const subjectText = ({ kind, name }: Pick<ObjectChange, "kind" | "name">): string => `${kind} ${name}`;

/** The changes that are read first come first. */
export const EFFECTS = ["opens", "cannot be told", "closes", "changes"] as const;

export const byEffect = (objects: readonly ObjectChange[]): ObjectChange[] =>
  objects.toSorted((a, b) => EFFECTS.indexOf(a.effect) - EFFECTS.indexOf(b.effect));
