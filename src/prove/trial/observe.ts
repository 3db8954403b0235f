import type { Db } from "../../db/port.ts";
import { PLACE, run } from "./site.ts";

/** What is asked of a database in which the rows are. */
export interface Job {
  /** the role of the request, and the login that it comes with; null: the trial's own */
  role: string;
  login: string | null;
  /** settings of each request */
  contexts: readonly Readonly<Record<string, string>>[];
  /** the places of the rows in question; null: it is in neither database */
  places: readonly (string | null)[];
  /** the relation, quoted */
  relation: string;
  /** a condition on the row that every state satisfies, which the login evaluates; null: there is none */
  condition: string | null;
  how:
    /** one statement reaches all rows that it may: those that it returns, or those that are gone afterwards */
    | { kind: "all"; statement: string; reads: boolean }
    /** the same for one row at a time: read where it is, or left alone in the relation */
    | { kind: "one by one"; statement: string; reads: boolean }
    /** a statement for each row to be, which are taken out of the relation before */
    | { kind: "each"; statements: readonly (string | null)[] };
}

/** The answers to one request. */
export interface ContextAnswer {
  /** the numbers of the rows, from 1, that satisfy the condition; null: all */
  assumed: number[] | null;
  /** one request for all rows: the numbers of those that it reached */
  reached?: number[];
  /** its error, or with `one by one` and `each` the answer for each row */
  error?: RawError;
  each?: (boolean | RawError | null)[];
}

export interface RawError {
  e: string;
  m: string;
  /** the request could not even begin */
  early: boolean;
}

export const observe = async (db: Db, job: Job): Promise<ContextAnswer[]> =>
  run(db, OBSERVING, {
    ...job,
    login: job.login ?? "",
    mask:
      job.condition === null
        ? null
        : `select array_agg(${PLACE}) from ${job.relation} where (${job.condition}) is true`,
    all: `select array_agg(${PLACE}) from ${job.relation}`,
    alone: `delete from ${job.relation} where (${PLACE}) is distinct from $1`,
  });

// a project may refuse set_config to a role, but not SET
const ARRIVE = `
      early := true;
      for key, val in select e.key, e.value from jsonb_each_text(context) e loop
        perform set_config(key, val, true);
      end loop;
      if login <> '' then
        perform set_config('session_authorization', login, true);
      end if;
      execute 'set local role ' || quote_literal(role_name);
      early := false;`;

// the login of the session may become it again: SET SESSION AUTHORIZATION asks who it was in the beginning
const HOME = `
      set local role none;
      if login <> '' then
        execute 'set local session authorization ' || quote_literal(home);
      end if;`;

const OBSERVING = `
declare
  job constant jsonb := $job$;
  places constant text[] := array(
    select p.value from jsonb_array_elements_text(job -> 'places') with ordinality p(value, n) order by n);
  login constant text := job ->> 'login';
  role_name constant text := job ->> 'role';
  home constant text := session_user;
  how constant jsonb := job -> 'how';
  kind constant text := how ->> 'kind';
  reads constant boolean := how ->> 'reads';
  context jsonb;
  key text;
  val text;
  early boolean;
  found text[];
  affected bigint;
  answer jsonb;
  each jsonb;
  masks jsonb := '[]';
  one jsonb;
  place text;
  stands boolean;
  n int;
  results text[] := '{}';
begin
  if job ->> 'mask' is not null then
    for context in select value from jsonb_array_elements(job -> 'contexts') loop
      found := '{}';
      begin
        for key, val in select e.key, e.value from jsonb_each_text(context) e loop
          perform set_config(key, val, true);
        end loop;
        execute job ->> 'mask' into found;
        raise exception using errcode = 'RL001';
      exception
        when sqlstate 'RL001' then null;
        when others then found := '{}';
      end;
      masks := masks || jsonb_build_array(to_jsonb(array(
        select p.n from unnest(places) with ordinality p(place, n) where p.place = any (found))));
    end loop;
  end if;
  if kind = 'each' then
    execute format('delete from %s where (${PLACE.replaceAll("'", "''")}) = any ($1)', job ->> 'relation') using places;
  end if;
  n := 0;
  for context in select value from jsonb_array_elements(job -> 'contexts') loop
    answer := jsonb_build_object('assumed', masks -> n);
    n := n + 1;
    if kind = 'all' then
      begin
        ${ARRIVE}
        if reads then
          execute how ->> 'statement' into found;
        else
          execute how ->> 'statement';
          ${HOME}
          execute job ->> 'all' into found;
          found := array(select p from unnest(places) p where p <> all (coalesce(found, '{}')));
        end if;
        answer := answer || jsonb_build_object('reached', to_jsonb(array(
          select p.n from unnest(places) with ordinality p(place, n) where p.place = any (found))));
        raise exception using errcode = 'RL001';
      exception
        when sqlstate 'RL001' then null;
        when others then
          answer := answer || jsonb_build_object('error', jsonb_build_object('e', sqlstate, 'm', left(sqlerrm, 200), 'early', early));
      end;
    else
      each := '[]';
      for i in 1 .. cardinality(places) loop
        place := places[i];
        one := null;
        if place is not null then
          begin
            if kind = 'one by one' and not reads then
              execute job ->> 'alone' using place;
            end if;
            ${ARRIVE}
            if kind = 'each' then
              execute how -> 'statements' ->> (i - 1);
              get diagnostics affected = row_count;
              one := to_jsonb(affected > 0);
            elsif reads then
              execute how ->> 'statement' into stands using split_part(place, ':', 1)::oid, split_part(place, ':', 2)::tid;
              one := to_jsonb(stands);
            else
              execute how ->> 'statement';
              get diagnostics affected = row_count;
              one := to_jsonb(affected > 0);
            end if;
            raise exception using errcode = 'RL001';
          exception
            when sqlstate 'RL001' then null;
            when others then
              one := jsonb_build_object('e', sqlstate, 'm', left(sqlerrm, 200), 'early', early);
          end;
        end if;
        each := each || jsonb_build_array(one);
      end loop;
      answer := answer || jsonb_build_object('each', each);
    end if;
    results := results || answer::text;
  end loop;
  perform set_config('rlsmith.results', '[' || array_to_string(results, ',') || ']', true);
end
`;
