import { classify, type ClassifiedPolicy } from "../../src/classify/classify.ts";
import { catalogFindings } from "../../src/classify/findings/findings.ts";
import type { FunctionFacts } from "../../src/classify/functions/facts.ts";
import { analyseFunctions } from "../../src/classify/functions/functions.ts";
import type { InferredContext } from "../../src/classify/context/inferred.ts";
import { inferContext } from "../../src/classify/context/infer.ts";
import type { Finding } from "../../src/finding.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import type { Catalog } from "../../src/pg/catalog.ts";
import type { ClaimsSource } from "../../src/pg/context.ts";
import { openScratch } from "../../src/scratch/open.ts";

export const JWT: ClaimsSource = { kind: "function", schema: "auth", name: "jwt" };

/** Relations that most cases are about. */
export const BASE = `
  create table casino (id uuid primary key);
  create table staff (id uuid primary key, user_id uuid, casino_id uuid, role text, status text);
  create table slip (id uuid primary key, casino_id uuid not null, owner_id uuid, dept text, kind text, level int, open boolean);
  create table note (id uuid primary key, slip_id uuid);
  alter table casino enable row level security;
  alter table staff enable row level security;
  alter table slip enable row level security;
  alter table note enable row level security;
`;

export interface Analysed {
  catalog: Catalog;
  facts: FunctionFacts[];
  policies: ClassifiedPolicy[];
  findings: Finding[];
  inferred: InferredContext;
}

export interface Lab {
  /** run SQL in an empty database that has the base relations, and analyse what is there then */
  analyse(sql: string): Promise<Analysed>;
  /** the one policy that the SQL makes */
  policy(sql: string): Promise<ClassifiedPolicy>;
  close(): Promise<void>;
}

/** One embedded database a test file; every case starts from empty schemas. */
export async function openLab(): Promise<Lab> {
  const scratch = await openScratch({ kind: "embedded" });
  const run = async (sql: string): Promise<Analysed> => {
    await scratch.db.exec(
      `drop schema if exists public cascade; drop schema if exists app cascade; drop schema if exists "My App" cascade;
       create schema public; grant usage on schema public to public; create schema app; ${BASE} ${sql}`,
    );
    return analyseCatalog(await inspect(scratch.db));
  };
  return {
    analyse: run,
    policy: async (sql) => {
      const { policies } = await run(sql);
      const [only] = policies;
      if (policies.length !== 1 || !only) throw new Error(`${policies.length} policies instead of one`);
      return only;
    },
    close: async () => scratch.close(),
  };
}

export function analyseCatalog(catalog: Catalog, source: ClaimsSource = JWT): Analysed {
  const facts = analyseFunctions(catalog, source);
  const policies = classify(catalog, source, facts);
  return {
    catalog,
    facts,
    policies,
    findings: catalogFindings(catalog, policies, facts),
    inferred: inferContext(catalog, policies, facts),
  };
}

/** CREATE POLICY p ON slip FOR SELECT USING (…). */
export const using = (expression: string): string => `create policy p on slip for select using (${expression});`;

export const SETTING = "nullif(current_setting('app.casino_id', true), '')::uuid";
export const CLAIM = "(auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid";
export const HYBRID = `coalesce(${SETTING}, ${CLAIM})`;
