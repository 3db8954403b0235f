/**
 * A text for output, without the passwords of connection strings in it. A user may write a connection string where a
 * name or a folder is expected, and the message then quotes it. A password that is not escaped may hold `@`, so a URI
 * loses all between its first colon and its last `@`. The other form is known by its keywords (PostgreSQL manual,
 * 32.1.1) without spaces around `=`: the server prints a comparison of a column with spaces.
 */
export function withoutPasswords(text: string): string {
  const uris = text
    .replaceAll(/([a-z][a-z0-9+.-]*:\/\/[^\s:@/?#]*):\S*@/gi, "$1@")
    .replaceAll(/(postgres(?:ql)?:\/\/[^\s:@/?#]*):(?!\d)[^\s/?`]+/gi, "$1:…")
    .replaceAll(/([?&](?:ssl)?password=)[^\s&`]*/gi, "$1…");
  return KEYWORDS.test(uris) ? uris.replaceAll(PASSWORD, "$1…") : uris;
}

const KEYWORDS = /(?<![\w.])(?:host|hostaddr|port|user|dbname|service)=/i;
const PASSWORD = /(?<![\w.?&])((?:ssl)?password=)(?:'(?:[^'\\]|\\.)*'|(?:[^\s`'\\]|\\.)+)/gi;
