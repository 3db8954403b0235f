/** A privilege that was granted to a role. */
export interface Grant {
  /** the name of the role, `public` for PUBLIC */
  grantee: string;
  /** SELECT, INSERT, EXECUTE … */
  privilege: string;
}
