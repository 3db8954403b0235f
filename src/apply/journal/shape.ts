import type { OwnTableShape } from "../../own-schema/index.ts";

/** What journal.sql makes. */
export const JOURNAL: OwnTableShape = {
  columns: {
    id: "bigint not null generated always as identity",
    at: "timestamp with time zone not null default clock_timestamp()",
    run: "uuid not null",
    kind: "text not null",
    outcome: "text not null",
    target: "text not null",
    plan_hash: "text",
    group_name: "text not null",
    undoes: "bigint",
    database_user: "text not null default SESSION_USER",
    person: "text",
    rlsmith: "text not null",
    before: "json",
    after: "json",
    detail: "jsonb not null default '{}'::jsonb",
    hash: "text not null",
  },
  constraints: [
    "CHECK ((kind = ANY (ARRAY['apply'::text, 'adopt'::text, 'rollback'::text])))",
    "CHECK ((outcome = ANY (ARRAY['done'::text, 'failed'::text])))",
    "PRIMARY KEY (id)",
    "FOREIGN KEY (undoes) REFERENCES rlsmith.history(id)",
  ],
  indexes: ["CREATE UNIQUE INDEX history_pkey ON rlsmith.history USING btree (id)"],
};
