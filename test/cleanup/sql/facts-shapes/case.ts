/** A body in which session variables are used in a form that real projects have, and what must become of it. */
export interface ShapeCase {
  /** the number of the form, in the order in which they were counted */
  shape: number;
  about: string;
  /** of the function: default `p_actor uuid, p_org uuid, p_role text, p_id uuid` */
  takes?: string;
  /** default: text */
  returns?: string;
  body: string;
  becomes:
    | {
        kind: "edited";
        /** replacements in the text, each of a text that is there once */ cuts: [string, string][];
        notes?: string[];
      }
    /** nothing in it is a use of a retired variable */
    | { kind: "untouched" }
    /** it stays as it is, and is named with this question */
    | { kind: "asked"; question: string }
    /** it is a setter, which is dropped when nothing calls it */
    | { kind: "setter" };
}

export const ORG = "nullif(current_setting('app.org_id', true), '')::uuid";
export const ORG_CLAIM = "(auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid";
export const ACTOR = "nullif(current_setting('app.actor_id', true), '')::uuid";
export const ACTOR_CLAIM = "auth.uid()";
export const ROLE = "nullif(current_setting('app.role', true), '')";
export const ROLE_CLAIM = "auth.jwt() -> 'app_metadata' ->> 'role'";

export const edited = (cuts: [string, string][], ...notes: string[]): ShapeCase["becomes"] => ({
  kind: "edited",
  cuts,
  notes,
});
export const asked = (question: string): ShapeCase["becomes"] => ({ kind: "asked", question });
export const UNTOUCHED: ShapeCase["becomes"] = { kind: "untouched" };
