import { equal } from "../../../pg/expr/equal.ts";
import { embeddedSql } from "../../../pg/plpgsql/visit.ts";
import type { Cut } from "../body.ts";
import type { Note, Shape } from "../shape.ts";
import { raisesUnset, readsIn, treesOf } from "../use.ts";
import { withClaims } from "../with-claims.ts";

export const settingToClaim: Shape = {
  id: "setting-to-claim",
  title: "read the claim in place of the variable",
  why: "The claim is in the signed token and cannot be set by the caller. Where the claim was the fallback of the variable, it is what is left.",
  does: "replace",
  examples: [
    {
      before:
        "declare\n  v_org uuid;\nbegin\n  v_org := nullif(current_setting('app.org_id', true), '')::uuid;\n  return v_org;\nend",
      after:
        "declare\n  v_org uuid;\nbegin\n  v_org := (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid;\n  return v_org;\nend",
    },
    {
      before:
        "declare\n  v_org uuid := coalesce(nullif(current_setting('app.org_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid);\nbegin\n  return v_org;\nend",
      after: "declare\n  v_org uuid := (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid;\nbegin\n  return v_org;\nend",
      note: "the fallback is what is left",
    },
    {
      before:
        "begin\n  if p_org <> current_setting('app.org_id')::uuid then\n    raise exception 'forbidden';\n  end if;\n  return p_org;\nend",
      after:
        "begin\n  if p_org <> (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid then\n    raise exception 'forbidden';\n  end if;\n  return p_org;\nend",
      note: "without missing_ok an unset variable raised 42704; a missing claim is NULL, and the comparison lets it pass",
    },
    {
      before:
        "begin\n  return (select max(n.org) from note n where n.org = nullif(current_setting('app.org_id', true), '')::uuid);\nend",
      after:
        "begin\n  return (select max(n.org) from note n where n.org = (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid);\nend",
      note: "in the middle of a statement",
    },
  ],
  find(body, retired) {
    const cuts: Cut[] = [];
    const notes: Note[] = [];
    for (const { sql: written, statement } of embeddedSql(body.tree)) {
      const made = treesOf(written);
      if (made === null || readsIn(made.tree, retired).length === 0) continue;
      const after = withClaims(made.tree, retired);
      if (equal(after, made.tree)) continue;
      if (raisesUnset(made.tree, retired)) notes.push({ tag: "error-becomes-null", line: statement?.line ?? 1 });
      cuts.push({ kind: "rewrite", sql: made.sql, written, before: made.tree, after });
    }
    return { cuts, notes, questions: [] };
  },
};
