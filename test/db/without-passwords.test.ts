import { expect, test } from "vitest";
import { withoutPasswords } from "../../src/db/without-passwords.ts";

test.each([
  ["the config has no target `postgres://u:pw@h:5432/d`", "the config has no target `postgres://u@h:5432/d`"],
  ["postgresql://u:p@w/#?:w@h/d", "postgresql://u@h/d"],
  ["POSTGRES://u:p%40w@h", "POSTGRES://u@h"],
  ["--target=postgres://:pw@h", "--target=postgres://@h"],
  ["prisma+postgres://u:pw@h", "prisma+postgres://u@h"],
  ["host=h password=pw user=u", "host=h password=… user=u"],
  ["host=h password='p w\\' w' user=u", "host=h password=… user=u"],
  ["postgres://u:pw", "postgres://u:…"],
  ["`host=h password=p\\ w`", "`host=h password=…`"],
  ["postgres://h/d?password=pw&sslpassword=pw&x=y", "postgres://h/d?password=…&sslpassword=…&x=y"],
  // no passwords
  ["postgres://u@h:5432/d", "postgres://u@h:5432/d"],
  ["postgres://h:5432/d", "postgres://h:5432/d"],
  [
    "+ ((password = 'a'::text) AND (x.password = y.password))",
    "+ ((password = 'a'::text) AND (x.password = y.password))",
  ],
  ["check user and password of the URL", "check user and password of the URL"],
  ["see https://example.com/a and mail a@example.com", "see https://example.com/a and mail a@example.com"],
])("%s", (text, expected) => {
  expect(withoutPasswords(text)).toBe(expected);
});
