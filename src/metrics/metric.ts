/** What a metric counts. */
export type MetricName =
  | "policies"
  | "policy characters"
  | "policy lines"
  | "policies on a variable"
  | "policy expressions"
  | "idioms"
  | "functions reading a variable"
  | "functions setting a variable"
  | "findings"
  | "policies with findings"
  | "test cases"
  | "test lines"
  | "service files"
  | "service lines"
  | "documents"
  | "document words"
  | "document code blocks"
  | "denials"
  | "latency"
  | "onboarding";

/** Where a figure comes from. */
export type MetricSource =
  /** the migrations, replayed, and read from the catalog */
  | "catalog"
  /** the files of the repository */
  | "files"
  /** the samples of `watch` */
  | "samples"
  /** what a person has said, by `attest` */
  | "statement";

/** Why a figure is not there. */
export type MetricLack =
  /** no revision from before the move is known */
  | "no revision"
  /** the migrations of that side could not be replayed */
  | "not replayed"
  /** the targets were not asked */
  | "not asked"
  /** no target has the samples that it takes */
  | "no samples"
  /** nobody has said it */
  | "not stated"
  /** no program can count it */
  | "not countable";

/** One figure before and after; null: `lack` says why. */
export interface Metric {
  name: MetricName;
  source: MetricSource;
  before: number | null;
  after: number | null;
  lack: { before: MetricLack | null; after: MetricLack | null };
  /** the target whose samples were counted */
  target: string | null;
  /** of a share: of how many, on each side */
  of: { before: number; after: number } | null;
  /** what a person has said, and who */
  stated: { note: string; by: string | null; at: string } | null;
}

/** The figures of a move. */
export interface Metrics {
  /** the revision from before the move; null: none is known */
  before: { revision: string; commit: string } | null;
  /** what counts as a mention in files: the retired variables, and the functions in SQL that set them */
  names: string[];
  metrics: Metric[];
}
