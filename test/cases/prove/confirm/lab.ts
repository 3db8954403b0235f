import { readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import {
  expressionsOf,
  ofSide,
  PARTS,
  textsOf,
  type CaseFile,
  type Expected,
  type ExpressionCase,
  type FunctionSpec,
  type PolicySetCase,
  type PolicySpec,
} from "./case.ts";
import { eager } from "./eager.ts";
import { connections, Draw, type Schema } from "./points.ts";
import { CLAIMS, traitsOf } from "./traits.ts";

/** What the points of a case showed. */
export interface Seen {
  points: number;
  /** `allow->deny` and so on, by how often */
  changes: Map<string, number>;
  /** an error's text for a change */
  samples: Map<string, string>;
  /** SQLSTATEs seen */
  states: Set<string>;
  broken: string | null;
}

type Outcomes = Record<"o" | "n" | "oe" | "ne", string>;

/** Errors that tell of a case that was written wrongly, not of its meaning. */
const BROKEN = /^error:(42601|42703|42883|42P01|42804|42702|42803|42P02|42501|XX000|55000|0A000)/;
const WANTED = 500;
const ROUNDS = 8;

export class Lab {
  readonly #url: string;
  readonly #schema: Schema;
  readonly #unique: Record<string, string[][]>;
  #number = 0;

  private constructor(url: string, file: CaseFile) {
    this.#url = url;
    this.#schema = { tables: file.meta.schema, enums: file.enums ?? {} };
    this.#unique = file.unique ?? {};
  }

  /** A template database with what every case of the file needs. */
  static async open(url: string, file: CaseFile): Promise<Lab> {
    const lab = new Lab(url, file);
    await lab.#sql("postgres", "drop database if exists template_of_cases", "create database template_of_cases");
    const roles = new Map(
      Object.entries({ anon: {}, authenticated: {}, service_role: { bypassrls: true } }) as [
        string,
        { bypassrls?: boolean; inherit?: boolean; memberOf?: string[] },
      ][],
    );
    for (const one of file.policyset_cases)
      for (const [name, spec] of Object.entries(one.roles ?? {})) roles.set(name, spec);
    const statements = [
      ...Object.entries(lab.#schema.enums).map(
        ([name, labels]) => `create type public.${name} as enum (${labels.map(quote).join(", ")})`,
      ),
      ...[...roles].map(
        ([name, spec]) =>
          `do $$ begin create role ${name} nologin ${spec.inherit === false ? "noinherit" : "inherit"} ${spec.bypassrls ? "bypassrls" : ""}; exception when duplicate_object then null; end $$`,
      ),
      ...[...roles].flatMap(([name, spec]) => (spec.memberOf ?? []).map((of) => `grant ${of} to ${name}`)),
    ];
    await lab.#sql("template_of_cases", readFileSync(join(import.meta.dirname, "database.sql"), "utf8"), ...statements);
    return lab;
  }

  async close(): Promise<void> {
    await this.#sql("postgres", "drop database template_of_cases");
  }

  /** Points are drawn in rounds until they are `enough`. */
  async expression(one: ExpressionCase, enough: (seen: Seen) => boolean): Promise<Seen> {
    const expressions = expressionsOf(one);
    const tables = this.#tablesIn(one.table, textsOf(one));
    const name = await this.#database();
    await this.#sql(name, ...this.#tables(tables), ...this.#functions(one.functions));
    for (const schema of SCHEMAS) {
      const side = schema.startsWith("o") ? "old" : "new";
      for (const [table, rls] of Object.entries(one.inner_rls ?? {}))
        await this.#sql(
          name,
          `set search_path = ${schema}, public`,
          `alter table ${table} enable row level security`,
          `create policy p on ${table} for select using (${schema.endsWith("e") ? eager(rls[side]) : rls[side]})`,
        );
    }
    // a case about a relation's own policies that recurse: ask through the relation
    const self = one.expected.decision === "always-errors";
    const wrap = (text: string): string => (self ? `exists (select from ${one.table})` : text);
    const assumption =
      one.assumption.length === 0 ? "true" : one.assumption.map((a) => `((${a}) is true)`).join(" and ");
    const texts = [
      assumption,
      /\bfrom\b/i.test(assumption),
      wrap(one.old),
      wrap(one.new),
      wrap(eager(one.old)),
      wrap(eager(one.new)),
    ];
    const seen = nothing();
    for (let round = 0; round < ROUNDS && !enough(seen); round++)
      await this.#over(name, one, expressions, tables, round, async (client, points, wanted) => {
        const { rows } = await client.query<{ got: Outcomes }>(
          "select confirm.expressions($1, $2, $3, $4, $5, $6, $7, $8, $9) as got",
          [JSON.stringify(points), wanted, one.table, ...texts],
        );
        for (const { got } of rows) note(seen, got);
      });
    await this.#sql("postgres", `drop database ${name}`);
    return seen;
  }

  async policySet(one: PolicySetCase): Promise<{ part: string; expected: Expected; seen: Seen }[]> {
    const table = one.table ?? "docs";
    const role = one.role ?? "authenticated";
    const expressions = expressionsOf(one);
    const tables = this.#tablesIn(table, textsOf(one));
    const name = await this.#database();
    await this.#sql(name, ...this.#tables(tables), ...this.#functions(one.functions));
    for (const schema of SCHEMAS) {
      const side = schema.startsWith("o") ? "old" : "new";
      const on = side === "old" ? one.oldRls !== false : one.newRls !== false;
      const sets: [string, PolicySpec[]][] = Object.entries(one.inner ?? {}).map(([inner, sides]) => [
        inner,
        sides[side],
      ]);
      sets.push([table, side === "old" ? one.oldP : one.newP]);
      await this.#sql(
        name,
        `set search_path = ${schema}, public`,
        ...sets.flatMap(([of, policies]) => [
          ...(of === table && !on ? [] : [`alter table ${of} enable row level security`]),
          ...policies.map((policy, index) => policySql(of, `p${index}`, policy, schema.endsWith("e"))),
        ]),
        ...(one.grants
          ? [
              `revoke all on ${table} from public, anon, authenticated`,
              `grant ${one.grants[side].join(", ") || "references"} on ${table} to ${role}`,
            ]
          : []),
        ...(ofSide(one.force, side, false) ? [`alter table ${table} force row level security`] : []),
        `alter table ${table} owner to ${ofSide(one.owner, side, "postgres")}`,
      );
    }
    const all: Record<keyof Outcomes, Record<string, string>>[] = [];
    await this.#over(name, one, expressions, tables, 0, async (client, points, wanted) => {
      const { rows } = await client.query<{ got: (typeof all)[number] }>(
        "select confirm.policy_sets($1, $2, $3) as got",
        [JSON.stringify(points.slice(0, wanted)), table, role],
      );
      all.push(...rows.map((row) => row.got));
    });
    await this.#sql("postgres", `drop database ${name}`);
    return PARTS.filter((part) => one.expect[part] !== undefined).map((part) => {
      const seen = nothing();
      const blind = (side: "o" | "n"): boolean => all.every((got) => got[side][part] === "unseen");
      for (const got of all) {
        const at = (schema: keyof Outcomes): string =>
          got[schema][part] === "unseen" && blind(schema.startsWith("o") ? "o" : "n")
            ? "deny"
            : (got[schema][part] ?? "");
        const outcomes = { o: at("o"), n: at("n"), oe: at("oe"), ne: at("ne") };
        if (outcomes.o !== "unseen" && outcomes.n !== "unseen") note(seen, outcomes);
      }
      const expected = one.expect[part] ?? "unknown";
      return { part, expected: typeof expected === "string" ? { decision: expected, errors: [] } : expected, seen };
    });
  }

  /** Draw points for every choice of settings that a connection never sets, each on a connection of its own. */
  async #over(
    database: string,
    one: ExpressionCase | PolicySetCase,
    expressions: string[],
    tables: string[],
    round: number,
    run: (client: pg.Client, points: unknown[], wanted: number) => Promise<void>,
  ): Promise<void> {
    const traits = traitsOf(expressions);
    const usesToken = traits.claims.size > 0 || expressions.some((text) => /auth\.|request\.jwt/.test(text));
    const names = [...(usesToken ? [CLAIMS] : []), ...traits.settings.keys()];
    const groups = connections(names);
    const draw = new Draw(traits, this.#schema, hash(`${one.id} ${round}`));
    const subject = "oldP" in one ? (one.table ?? "docs") : one.table;
    const assumes = "assumption" in one && one.assumption.length > 0;
    for (const touched of groups.toReversed()) {
      // where everything is set there is most to see
      const wanted = touched.length === names.length ? WANTED : Math.max(40, Math.floor(WANTED / groups.length));
      const points = Array.from({ length: assumes ? wanted * 6 : wanted }, () => draw.point(subject, tables, touched));
      const client = new pg.Client({ connectionString: this.#in(database) });
      await client.connect();
      try {
        await run(client, points, wanted);
      } finally {
        await client.end();
      }
    }
  }

  #tables(tables: string[]): string[] {
    return SCHEMAS.flatMap((schema) => [
      `create schema ${schema}`,
      `grant usage, create on schema ${schema} to public`,
      ...tables.flatMap((table) => {
        const columns = Object.entries(this.#schema.tables[table] ?? {}).map(
          ([column, spec]) => `${column} ${spec.replace(/!$/, "")}${spec.endsWith("!") ? " not null" : ""}`,
        );
        const keys = (this.#unique[table] ?? []).map((key) => `unique (${key.join(", ")})`);
        return [
          `create table ${schema}.${table} (${[...columns, ...keys].join(", ")})`,
          `grant all on ${schema}.${table} to public`,
        ];
      }),
    ]);
  }

  #functions(functions: Record<string, FunctionSpec> | undefined): string[] {
    return SCHEMAS.flatMap((schema) => [
      `set search_path = ${schema}, public`,
      ...Object.entries(functions ?? {}).map(([name, f]) => {
        const language = f.language ?? "sql";
        const body =
          language !== "sql"
            ? /^(declare|begin)\b/.test(f.body)
              ? f.body
              : `begin return (${f.body}); end`
            : `select ${schema.endsWith("e") ? eager(f.body) : f.body}`;
        return `create function ${name}(${(f.args ?? argumentsOf(f.body)).join(", ")}) returns ${f.returns ?? "boolean"} language ${language} ${f.volatility ?? "stable"} ${f.strict ? "strict" : ""} ${f.definer ? "security definer" : ""} as $body$ ${body} $body$`;
      }),
    ]);
  }

  #tablesIn(subject: string, texts: string[]): string[] {
    const found = Object.keys(this.#schema.tables).filter((table) =>
      texts.some((text) => new RegExp(`\\b${table}\\b`).test(text)),
    );
    return [...new Set([subject, ...found])];
  }

  async #database(): Promise<string> {
    const name = `case_${++this.#number}`;
    // the template takes no two copies at a time
    this.#copies = this.#copies.then(async () =>
      this.#sql("postgres", `drop database if exists ${name}`, `create database ${name} template template_of_cases`),
    );
    await this.#copies;
    return name;
  }
  #copies: Promise<void> = Promise.resolve();

  async #sql(database: string, ...statements: string[]): Promise<void> {
    const client = new pg.Client({ connectionString: this.#in(database) });
    await client.connect();
    try {
      for (const statement of statements)
        await client.query(statement).catch((error: Error) => {
          throw new Error(`${error.message} in: ${statement.slice(0, 400)}`);
        });
    } finally {
      await client.end();
    }
  }

  #in(database: string): string {
    return this.#url.replace(/\/[^/]*$/, `/${database}`);
  }
}

/** Old and new as they are, and both with nothing left unevaluated. */
const SCHEMAS = ["o", "n", "oe", "ne"] as const;

const nothing = (): Seen => ({ points: 0, changes: new Map(), samples: new Map(), states: new Set(), broken: null });

function note(seen: Seen, got: Outcomes): void {
  seen.points++;
  for (const text of Object.values(got)) {
    if (BROKEN.test(text)) seen.broken ??= text;
    const state = /^error:(\w+)/.exec(text)?.[1];
    if (state !== undefined) seen.states.add(state);
  }
  const outcome = (plain: string, all: string): string =>
    plain.startsWith("error") || all.startsWith("error") ? "error" : plain;
  const change = `${outcome(got.o, got.oe)}->${outcome(got.n, got.ne)}`;
  seen.changes.set(change, (seen.changes.get(change) ?? 0) + 1);
  const sample = [got.o, got.oe, got.n, got.ne].find((text) => text.startsWith("error"));
  if (sample !== undefined && !seen.samples.has(change)) seen.samples.set(change, sample);
}

function policySql(table: string, name: string, policy: PolicySpec, all: boolean): string {
  const text = (expression: string): string => (all ? eager(expression) : expression);
  return [
    `create policy ${name} on ${table} as ${policy.permissive ? "permissive" : "restrictive"} for ${policy.cmd} to ${policy.to.join(", ")}`,
    typeof policy.using === "string" ? `using (${text(policy.using)})` : "",
    typeof policy.check === "string" ? `with check (${text(policy.check)})` : "",
  ].join(" ");
}

/** `uuid` for each `$n`. */
const argumentsOf = (body: string): string[] =>
  Array.from({ length: Math.max(0, ...[...body.matchAll(/\$(\d+)/g)].map((match) => Number(match[1]))) }, () => "uuid");

const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const hash = (text: string): number =>
  [...text].reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) | 0, 7);
