/** Connection parameters by libpq's keywords (manual, 32.1.2). */
export type Parameters = Map<string, string>;

/** A connection string that cannot be read. Its text may hold a password, so no message quotes it. */
export class UnreadableConnection extends Error {}

/** True if a text has one of the two forms of a connection string: a URI, or keywords with values. */
export const isConnectionString = (text: string): boolean =>
  /^\s*postgres(ql)?:\/\//.test(text) || /^\s*[A-Za-z_]+\s*=/.test(text);

/**
 * The parameters of a connection string in either form (manual, 32.1.1). Throws UnreadableConnection.
 */
export const readConnection = (text: string): Parameters =>
  /^\s*postgres(ql)?:\/\//.test(text) ? readUri(text.trim()) : readKeywords(text);

const unreadable = (why: string): never => {
  throw new UnreadableConnection(why);
};

function readUri(text: string): Parameters {
  const parts = /^postgres(?:ql)?:\/\/(?:([^@/?#]*)@)?([^@/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/.exec(text);
  if (parts === null) return unreadable("it is no URI");
  const [, userinfo = "", authority = "", path = "", query = ""] = parts;
  // A /, ? or # of the password that is not escaped ends it early, and the rest would be taken for a host or a name.
  if (path.includes("@") || query.includes("@")) return unreadable("not escaped");
  const found: Parameters = new Map();
  const set = (keyword: string, value: string): void => void (value !== "" && found.set(keyword, decoded(value)));
  const colon = userinfo.indexOf(":");
  set("user", colon < 0 ? userinfo : userinfo.slice(0, colon));
  if (colon >= 0) set("password", userinfo.slice(colon + 1));
  const hosts = authority.split(",").map((host) => /^(\[[^\]]*\]|[^:[\]]*)(?::(\d*))?$/.exec(host));
  if (hosts.some((host) => host === null)) return unreadable("the port is no number");
  set("host", hosts.map((host) => host?.[1]?.replace(/^\[(.*)\]$/, "$1") ?? "").join(","));
  const ports = hosts.map((host) => host?.[2] ?? "");
  if (ports.some((port) => port !== "")) set("port", ports.join(","));
  set("dbname", path);
  for (const pair of query === "" ? [] : query.split("&")) {
    const equals = pair.indexOf("=");
    if (equals < 1) return unreadable("a parameter has no value");
    const [keyword, value] = [decoded(pair.slice(0, equals)), decoded(pair.slice(equals + 1))];
    // for compatibility with JDBC (manual, 32.1.1.2)
    if (keyword === "ssl" && value === "true") found.set("sslmode", "require");
    else found.set(keyword, value);
  }
  return found;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return unreadable("a % is not escaped");
  }
}

/** `host=localhost port=5432 password='it\'s'` (manual, 32.1.1.1). */
function readKeywords(text: string): Parameters {
  const found: Parameters = new Map();
  const pair = /\s*([A-Za-z_]+)\s*=\s*(?:'((?:[^'\\]|\\[\s\S])*)'(?=\s|$)|((?:[^\s'\\]|\\[\s\S])*)(?=\s|$))/y;
  while (text.slice(pair.lastIndex).trim() !== "") {
    const match = pair.exec(text);
    if (match === null) return unreadable("a keyword has no value");
    found.set(match[1] ?? "", (match[2] ?? match[3] ?? "").replaceAll(/\\([\s\S])/g, "$1"));
  }
  if (found.size === 0) return unreadable("it is empty");
  return found;
}
