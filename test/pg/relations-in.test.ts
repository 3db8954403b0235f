import { expect, test } from "vitest";
import { parseStatements } from "../../src/pg/expr/parse.ts";
import { relationsIn } from "../../src/pg/expr/relations.ts";

test.each([
  ["delete from shop.note where id = 1 returning *", ["shop.note"]],
  ["insert into note select * from draft", ["public.draft", "public.note"]],
  ["update note set body = d.body from draft d", ["public.draft", "public.note"]],
  ["merge into note n using draft d on n.id = d.id when matched then delete", ["public.draft", "public.note"]],
  // the name of a common table expression is no relation
  ["with gone as (delete from note returning id) select * from gone", ["public.note"]],
])("%s", (sql, names) => {
  const found = relationsIn(parseStatements(sql)).map(({ schema, name }) => `${schema}.${name}`);
  expect(found.toSorted()).toEqual(names);
});
