import { A, type ObjectCase } from "./objects-cases.ts";

const AS_OWNER = "language sql stable security definer set search_path = public";
const STAMP = "language plpgsql as $$ begin new.at := now(); return new; end $$";
const STAMPED = `create table public.note (id int primary key, org text, at timestamptz default now(), seen timestamptz);
  alter table note enable row level security; grant select, insert, update on note to web;
  create policy fresh on note to web using (org = 'a' and at > now() - interval '1 hour');
  create function public.stamp() returns trigger ${STAMP};`;
const SHEET = `create table public.sheet (id int primary key, code text collate "C", mark text, pub boolean, own boolean);
  alter table sheet enable row level security; insert into sheet values (1, '3', 'x', true, false), (2, '10', 'y', false, true);`;
const PATHS = `create table public.paper (id int primary key, path text, org text generated always as (split_part(path, '/', 1)) stored);
  alter table paper enable row level security; grant select, insert, update on paper to web;
  create policy shared on paper to web using (org = 'shared');`;
const HIDDEN = `create schema hidden; create table hidden.line (n int); insert into hidden.line values (1);
  create function hidden.wipe(t text) returns boolean language plpgsql security definer set search_path = hidden as
    $$ begin delete from line; return true; end $$;
  create function public.lines() returns setof int ${AS_OWNER} as 'select n from hidden.line';`;
const GROUPS = `create table public.team (id int primary key); create table public.mate (team int, name text);
  create table public.plan (id int primary key, team int); alter table plan enable row level security;
  grant select on mate, plan to web; grant select, delete on team to web;
  create policy mates on plan for select to web using (exists (select from mate m where m.team = plan.team and m.name = 'me'));
  insert into team values (1); insert into mate values (1, 'me'); insert into plan values (5, 1);`;
const BY_LABEL = `create or replace function public.by_label(l text) returns setof int language plpgsql security definer set search_path = public as
  $$ declare x sample.k%type := l; begin return query select id from parcel where label || '2' = x; end $$;`;
const fills = (body: string): string =>
  `create function public.fill() returns trigger language plpgsql as $$ declare v text; begin ${body} return new; end $$;
  create trigger t before insert on box for each row execute function fill();`;
const BOX = `create table public.box (id int primary key, "orgId" text, tags text[], meta jsonb, label text, marks text[]);
  alter table box enable row level security; grant select, insert on box to web;
  create policy b on box to web using ("orgId" = 'a' or 'a' = any (tags) or meta ->> 'org' = 'a');`;

/** Changes of what values come to be or mean, where the texts of policies, views and functions stay the same. */
export const VALUE_CASES: readonly ObjectCase[] = [
  // columns that views and functions read with their owners' rights
  {
    title: "a generated column of a table that nobody writes, by which a view chooses its rows",
    base: `${SHEET} alter table sheet add shown boolean generated always as (pub) stored;
      create view public.shown as select id from sheet where shown; grant select on shown to web;`,
    change: `drop view shown; alter table sheet drop shown; alter table sheet add shown boolean generated always as (pub or own) stored;
      create view public.shown as select id from sheet where shown; grant select on shown to web;`,
    // its values are compared, and that it is another column
    expected: ["cannot be told relation public.sheet", "cannot be told relation public.sheet"],
    reach: { sql: "select from shown", rows: [1, 2] },
  },
  {
    title: "texts become numbers, which a function with its owner's rights compares",
    base: `${SHEET} create function public.over() returns setof int ${AS_OWNER} as $$ select id from sheet where code > '5' $$;`,
    change: "alter table sheet alter code type int using code::int;",
    expected: ["cannot be told relation public.sheet"],
    reach: { sql: "select over()", rows: [0, 1] },
  },
  {
    title: "a column that a function with its owner's rights compares has another collation",
    base: `create collation public.any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false); ${SHEET}
      create function public.marked() returns setof int ${AS_OWNER} as $$ select id from sheet where mark = 'X' $$;`,
    change: "alter table sheet alter mark type text collate any_case;",
    expected: ["cannot be told relation public.sheet"],
    reach: { sql: "select marked()", rows: [0, 1] },
  },
  {
    title: "a wider integer, a longer text, and a column that no function with its owner's rights names",
    base: `${SHEET} alter table sheet add n int, add v varchar(3);
      create function public.some() returns setof int ${AS_OWNER} as $$ select id from sheet where n = 1 and v = 'a' $$;`,
    change: "alter table sheet alter n type bigint, alter v type text, alter code type int using code::int;",
    expected: [],
  },
  {
    title: "the same columns, where the function runs as its caller",
    base: `${SHEET} create function public.over() returns setof int language sql as $$ select id from sheet where code > '5' $$;`,
    change: "alter table sheet alter code type int using code::int;",
    expected: [],
  },
  {
    title: "a domain that a function with its owner's rights names by the type of a column",
    base: `create domain public.known as text check (value = 'b'); create table public.sample (k known);
      create function public.by_label(l text) returns setof int language plpgsql security definer set search_path = public as
        $$ declare x sample.k%type := l; begin return query select id from parcel where label = x; end $$;`,
    change: "alter domain known drop constraint known_check;",
    expected: ["cannot be told type public.known"],
    reach: { sql: "select by_label('a')", rows: [0, 1] },
  },
  {
    title: "the type of a column that a function with its owner's rights has a variable of",
    base: `create table public.sample (k varchar(1)); ${BY_LABEL}`,
    // a session keeps the types of a function that it has called until the function is made again
    change: `alter table sample alter k type text; ${BY_LABEL}`,
    expected: ["cannot be told relation public.sample"],
    reach: { sql: "select by_label('a2')", rows: [0, 1] },
  },
  {
    title: "an enum that is not named, of columns that a function with its owner's rights compares",
    base: `create type public.grade as enum ('low', 'high'); create table public.gate (id int, has grade, needs grade);
      alter table gate enable row level security; insert into gate values (1, 'low', 'high');
      create function public.passed() returns setof int ${AS_OWNER} as 'select id from gate where has >= needs';`,
    change: `alter table gate alter has type text, alter needs type text; drop type grade;
      create type public.grade as enum ('high', 'low');
      alter table gate alter has type grade using has::grade, alter needs type grade using needs::grade;`,
    expected: ["cannot be told type public.grade"],
    reach: { sql: "select passed()", rows: [0, 1] },
  },
  {
    title: "what a view has in a column that the role may not fill",
    base: `${SHEET} create view public.entry as select id, code, mark from sheet; grant insert (id, mark) on entry to web;`,
    change: "alter view entry alter code set default 'b';",
    expected: ["cannot be told view public.entry"],
  },

  // generated columns are made of others
  {
    title: "a CHECK over the column of which the one is made that a policy asks for",
    base: `${PATHS} alter table paper add constraint not_shared check (path not like 'shared/%');`,
    change: "alter table paper drop constraint not_shared;",
    expected: ["cannot be told constraint public.paper.not_shared"],
    reach: { first: "insert into paper values (1, 'shared/x');", sql: "select from paper", rows: [0, 1] },
  },
  {
    title: "a new trigger fills the column of which the one is made that a policy asks for",
    base: PATHS,
    change: `create function public.fill() returns trigger language plpgsql as $$ begin new.path := 'shared/x'; return new; end $$;
      create trigger t before insert on paper for each row execute function fill();`,
    expected: ["cannot be told trigger t on public.paper"],
    reach: { first: "insert into paper values (1, 'other/x');", sql: "select from paper", rows: [0, 1] },
  },

  // triggers that fill columns
  {
    title: "a trigger that stamped the column for which a policy asks is dropped",
    base: `${STAMPED} create trigger t before insert or update on note for each row execute function stamp();`,
    change: "drop trigger t on note;",
    expected: ["cannot be told trigger t on public.note"],
    reach: {
      first: "insert into note values (1, 'a', now() + interval '9 years');",
      sql: "select from note where at > now() + interval '1 year'",
      rows: [0, 1],
    },
  },
  {
    title: "a trigger that stamped a column for which no policy asks is dropped",
    base: `${STAMPED} create function public.look() returns trigger language plpgsql as $$ begin new.seen := now(); return new; end $$;
      create trigger t before insert or update on note for each row execute function look();`,
    change: "drop trigger t on note;",
    expected: [],
  },
  {
    title: "a new trigger fills a column with capitals in its name",
    base: BOX,
    change: fills(`new."orgId" := 'a';`),
    expected: ["cannot be told trigger t on public.box"],
    reach: { first: "insert into box values (1, 'b');", sql: "select from box", rows: [0, 1] },
  },
  {
    title: "a new trigger fills an element of a column",
    base: BOX,
    change: fills("new.tags[1] := 'a';"),
    expected: ["cannot be told trigger t on public.box"],
    reach: { first: "insert into box values (1, 'b');", sql: "select from box", rows: [0, 1] },
  },
  {
    title: "a new trigger fills a column behind a variable",
    base: BOX,
    change: fills(`select 'x', 'a' into v, new."orgId";`),
    expected: ["cannot be told trigger t on public.box"],
    reach: { first: "insert into box values (1, 'b');", sql: "select from box", rows: [0, 1] },
  },
  {
    title: "a new trigger fills an element of a column for which no policy asks, and reads the new row",
    base: BOX,
    change: fills("new.marks[1] := 'a'; select 'x' into v where new.id > 0;"),
    expected: [],
  },

  // functions that are called in statements of others
  {
    title: "a new CHECK calls a function with its owner's rights in a schema that the role may not use",
    base: HIDDEN,
    change: "alter table parcel add constraint c check (hidden.wipe(label)) not valid;",
    expected: ["cannot be told constraint public.parcel.c"],
    reach: {
      first: `insert into parcel (id, org_id, label) values (7, '${A}', 'c');`,
      sql: "select where not exists (select lines())",
      rows: [0, 1],
    },
  },
  {
    title: "the WHEN of a new trigger does",
    base: `${HIDDEN} create function public.refuse() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;`,
    change:
      "create trigger t before insert on parcel for each row when (not hidden.wipe(new.label)) execute function refuse();",
    expected: ["cannot be told trigger t on public.parcel"],
    reach: {
      first: `insert into parcel (id, org_id, label) values (7, '${A}', 'c');`,
      sql: "select where not exists (select lines())",
      rows: [0, 1],
    },
  },
  {
    title: "a new CHECK calls a function that runs as its caller",
    base: "create function public.short(t text) returns boolean language sql immutable as 'select length(t) < 9';",
    change: "alter table parcel add constraint c check (public.short(label));",
    expected: [],
  },

  // what was taken away with a row
  {
    title: "a membership stays when its team is deleted",
    base: `${GROUPS} alter table mate add constraint f foreign key (team) references team on delete cascade;`,
    change: "alter table mate drop constraint f;",
    expected: ["cannot be told constraint public.mate.f"],
    reach: { first: "delete from team;", sql: "select from plan", rows: [0, 1] },
  },
  {
    title: "a team with a membership is not deleted any more",
    base: `${GROUPS} alter table mate add constraint f foreign key (team) references team on delete cascade;`,
    change: "alter table mate drop constraint f, add constraint f foreign key (team) references team;",
    expected: [],
    reach: { first: "delete from team;", sql: "select from plan", rows: [0, 0] },
  },
];
