/** JSON from a server, parsed. A whole number that JavaScript would round stays text, since it may be a key. */
export const parseJson = (text: string): unknown =>
  JSON.parse(
    LONG.test(text)
      ? text.replaceAll(STRING_OR_NUMBER, (token) =>
          WHOLE.test(token) && !Number.isSafeInteger(Number(token)) ? `"${token}"` : token,
        )
      : text,
  );

/** 2^53 has sixteen digits. */
const LONG = /\d{16}/;
const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const WHOLE = /^-?\d+$/;
