import type { Db } from "../../db/port.ts";
import type { Catalog } from "../../pg/catalog.ts";
import { dollarQuote, quoteLiteral } from "../../pg/identifier.ts";

/** A database with all objects of one side, in which a trial works inside a transaction that is rolled back. */
export interface Site {
  db: Db;
  catalog: Catalog;
  /** what makes the database that side, at the start of each piece of work; empty where it is that already */
  setup: readonly string[];
}

/** Do some work whose effects are rolled back. The transaction is open. */
export async function apart<T>(site: Site, work: () => Promise<T>): Promise<T> {
  await site.db.exec("savepoint rlsmith_trial");
  try {
    if (site.setup.length > 0) await site.db.exec(site.setup.join(";\n"));
    return await work();
  } finally {
    await site.db.exec("rollback to savepoint rlsmith_trial; release savepoint rlsmith_trial");
  }
}

/** The place of a row (tableoid and ctid), which names it as long as nothing changes it. */
export const PLACE = "tableoid::pg_catalog.int8::pg_catalog.text || ':' || ctid::pg_catalog.text";

/** Run PL/pgSQL that leaves JSON in `results`, with a job as JSON. */
export async function run<T>(db: Db, body: string, job: unknown): Promise<T> {
  const text = body.replace("$job$", () => dollarQuote(JSON.stringify(job), "job"));
  const answers = await db.exec(
    `do ${dollarQuote(text, "rlsmith")};\nselect pg_catalog.current_setting('rlsmith.results') as results`,
  );
  const found = answers.at(-1)?.[0]?.["results"];
  return JSON.parse(typeof found === "string" ? found : "null") as T;
}

/** Run INSERTs that return the places of their rows; null for one that raises. */
export const placeRows = async (db: Db, statements: readonly string[]): Promise<(string | null)[]> =>
  statements.length === 0 ? [] : run(db, PLACING, { statements });

const PLACING = `
declare
  job constant jsonb := $job$;
  one text;
  place text;
  places jsonb := '[]';
begin
  for one in select value from jsonb_array_elements_text(job -> 'statements') loop
    place := null;
    begin
      execute one into place;
    exception when others then
      place := null;
    end;
    places := places || jsonb_build_array(place);
  end loop;
  perform set_config('rlsmith.results', places::text, true);
end
`;

/** Run statements as the login; one that raises is left out. */
export const attempt = async (db: Db, statements: readonly string[]): Promise<void> => {
  if (statements.length > 0) await run(db, ATTEMPTING, { statements });
};

const ATTEMPTING = `
declare
  job constant jsonb := $job$;
  one text;
begin
  for one in select value from jsonb_array_elements_text(job -> 'statements') loop
    begin
      execute one;
    exception when others then
      null;
    end;
  end loop;
  perform set_config('rlsmith.results', 'null', true);
end
`;

/** Set settings once, so that each is there from now on, and empty where a request does not set it. */
export async function touch(site: Site, settings: ReadonlySet<string>): Promise<void> {
  const { db } = site;
  await apart({ ...site, setup: [] }, async () =>
    attempt(
      db,
      [...settings].map((name) => `select set_config(${quoteLiteral(name)}, '', true)`),
    ),
  );
}
