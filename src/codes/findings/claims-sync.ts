import type { FindingPage } from "../page.ts";
import { member, policy, sync, trigger } from "./member-example.ts";

/** Findings about the source of the claims and the trigger that copies them, which `rlsmith claims` reports. */
export const SYNC_FINDINGS = {
  "claims-source-unknown": {
    severity: ["warning", "info"],
    otherwise: "It is a note where a custom access token hook sets every claim that policies read.",
    by: ["claims"],
    title: "rlsmith does not know which relation feeds the claims",
    why: "No trigger could be read that copies columns of a relation into `auth.users.raw_app_meta_data`. Without the source rlsmith cannot tell whether a member's claims are right.",
    example: { sql: member() },
    todo: [
      "Declare `claimsSync` in rlsmith.config.ts: the relation, the column with the user's id, and the column or expression for each claim.",
    ],
  },
  "claims-active-unknown": {
    severity: ["warning"],
    by: ["claims"],
    title: "it is unknown which rows of the source give claims",
    why: "The trigger writes the claims under a condition that does not depend on the row alone. rlsmith does not try the sync then, and cannot tell a member without claims from one who is not meant to have any.",
    example: null,
    todo: [
      "Declare `claimsSync.active` in rlsmith.config.ts: SQL over the columns of the source, or `true` if every row gives claims.",
    ],
  },
  "claims-status-ignored": {
    severity: ["warning"],
    by: ["claims"],
    title: "the source has a status column that does not say which rows are active",
    why: "Its name suggests that some rows should give no claims, but no default, CHECK or row names the active value, and the trigger does not read it. A deactivated member may keep access.",
    example: { sql: `${member("\n  status text")}${sync()}${trigger()}` },
    todo: [
      "Declare `claimsSync.active` in rlsmith.config.ts, for instance `status = 'enabled'`, or `true` if every row gives claims.",
    ],
  },
  "claim-not-synced": {
    severity: ["warning"],
    by: ["claims"],
    title: "policies read a claim that the sync does not write",
    why: "If nothing else writes the claim, the policies that read it deny everyone.",
    example: {
      sql: `${member()}${sync()}${trigger()}${policy("(auth.jwt() -> 'app_metadata' ->> 'role') = 'admin'")}`,
    },
    todo: [
      "Find out what writes the claim.",
      "Extend the trigger, or declare the claim under `claimsSync.claims` and run `rlsmith claims --fix`.",
    ],
  },
  "sync-overwrites-others": {
    severity: ["error"],
    by: ["claims"],
    title: "a function replaces all of raw_app_meta_data",
    why: "Supabase Auth keeps `provider` and `providers` in `auth.users.raw_app_meta_data`, and other parts of an application keep keys there as well. A value that is made of new keys alone removes them with every write.",
    example: {
      sql: `${member()}create function sync_member() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  if tg_op <> 'INSERT' then
    update auth.users set raw_app_meta_data = raw_app_meta_data - 'org_id' where id = old.user_id;
  end if;
  if tg_op <> 'DELETE' then
    update auth.users set raw_app_meta_data = jsonb_build_object('org_id', new.org_id) where id = new.user_id;
  end if;
  return null;
end $$;
${trigger()}`,
    },
    todo: [
      "Add the keys to what is there: `coalesce(raw_app_meta_data, '{}') || jsonb_build_object(…)`.",
      "For a trigger, `rlsmith claims --fix` writes one that does; the keys that were lost are not in the database any more.",
    ],
  },
  "sync-trigger-missing": {
    severity: ["error", "info"],
    otherwise: "It is a note where a custom access token hook sets the claims.",
    by: ["claims"],
    title: "policies read claims and no trigger writes them",
    why: "A new member gets no claims, and a changed row does not reach the claims. The policies deny the one and show the other the rows of before.",
    example: { sql: `${member()}${policy("org_id = (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid")}` },
    todo: [
      "Declare `claimsSync` in rlsmith.config.ts, then let `rlsmith claims --fix` write the trigger and the back-fill.",
    ],
  },
  "sync-trigger-disabled": {
    severity: ["error", "info"],
    otherwise: "It is a note where another trigger does all that this one did.",
    by: ["claims"],
    title: "the trigger that writes the claims is disabled",
    why: "The claims stay as they were when it was disabled, although the rows change.",
    example: { sql: `${member()}${sync()}${trigger()}alter table member disable trigger member_sync;\n` },
    todo: ["Run ALTER TABLE … ENABLE TRIGGER.", "Fill in the missing claims with `rlsmith claims --fix`."],
  },
  "sync-misses-insert": {
    severity: ["error"],
    by: ["claims"],
    title: "a new active row gives its user no claims",
    why: "The user signs in with a token without claims, and the policies deny everything.",
    example: { sql: `${member()}${sync()}${trigger("update or delete")}` },
    todo: [
      "Let the trigger fire on INSERT. `rlsmith claims --fix` writes a complete trigger and fills in missing claims.",
    ],
  },
  "sync-misses-column": {
    severity: ["error", "info"],
    otherwise: "It is a note where the column is part of the primary key, which seldom changes.",
    by: ["claims"],
    title: "an update of a column does not reach the claims",
    why: "A member who moves to another tenant, or loses a role, keeps the old claims, and with them the old access.",
    example: { sql: `${member()}${sync()}${trigger("insert or update of user_id or delete")}` },
    todo: ["Add the column to UPDATE OF, or leave the list out. `rlsmith claims --fix` writes a complete trigger."],
  },
  "sync-misses-delete": {
    severity: ["error"],
    by: ["claims"],
    title: "the user of a deleted row keeps the claims",
    why: "The member is gone, and the policies still show the tenant's rows to every new token of that user.",
    example: { sql: `${member()}${sync()}${trigger("insert or update")}` },
    todo: ["Let the trigger fire on DELETE and remove the claims. `rlsmith claims --fix` writes it."],
  },
  "sync-misses-relink": {
    severity: ["error", "info"],
    otherwise: "It is a note where the user's id is the primary key, which seldom changes.",
    by: ["claims"],
    title: "the old user keeps the claims when a row moves to another user",
    why: "Two users then have the claims of one row. The old one still sees the tenant's rows.",
    example: { sql: `${member()}${sync({ clearsOld: "delete" })}${trigger()}` },
    todo: ["Remove the claims of `old.user_id` when the column changes. `rlsmith claims --fix` writes it."],
  },
  "sync-ignores-status": {
    severity: ["error"],
    by: ["claims"],
    title: "a deactivated member keeps the claims",
    why: "The trigger writes the claims of a row that does not count any more. Deactivating a member does not end the access.",
    example: { sql: `${member("\n  is_active boolean not null default true")}${sync()}${trigger()}` },
    todo: [
      "Remove the claims when the row is deactivated. `rlsmith claims --fix` writes it.",
      "Declare `claimsSync.active` if the column means something else.",
    ],
  },
  "sync-takes-other-row": {
    severity: ["error"],
    by: ["claims"],
    title: "the claims go with one row, though another active row gives them",
    why: "A user can have several rows. The trigger removes the claims when one of them is deactivated or deleted, without looking for another. The user loses access.",
    example: { sql: `${member("", { uniqueUser: false })}${sync()}${trigger()}` },
    todo: ["Look the active row up again after every change. `rlsmith claims --fix` writes a trigger that does."],
  },
  "sync-unknown": {
    severity: ["warning"],
    by: ["claims"],
    title: "rlsmith could not find out what the sync does in some case",
    why: "rlsmith executes the trigger on a scratch database. Here it could not create a suitable row, the trigger raised an error, or the claims afterwards were not those expected of the row. The message says which.",
    example: null,
    todo: [
      "Try that case yourself.",
      "Declare `claimsSync` if a claim is made of something else than rlsmith assumed.",
    ],
  },
  "sync-writes-more": {
    severity: ["info"],
    by: ["claims"],
    title: "the sync trigger changes claims in a way that could not be read",
    why: "Parts of the function's update are not constants, columns or expressions over them. rlsmith judges the rest, and `--fix` leaves this trigger in place.",
    example: null,
    todo: ["Read those parts, and make sure that no policy depends on them."],
  },
} as const satisfies Record<string, FindingPage>;
