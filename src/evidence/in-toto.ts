import type { Line } from "./line.ts";

/** A statement of in-toto, version 1, that `cosign attest-blob` and GitHub's attestations take. */
export interface Statement {
  _type: "https://in-toto.io/Statement/v1";
  subject: { name: string; digest: { sha256: string } }[];
  predicateType: "urn:rlsmith:evidence:v1";
  predicate: { rlsmith: string; lines: readonly Line[] };
}

/**
 * The evidence as one statement about the plans that it names and about its newest line.
 * Source: in-toto Attestation Framework, Statement v1 (`_type`, `subject`, `predicateType`, a URI).
 */
export function statementOf(lines: readonly Line[], version: string): Statement {
  const plans = new Set(lines.flatMap(({ subject }) => subject.plan ?? []));
  const newest = lines.at(-1);
  return {
    _type: "https://in-toto.io/Statement/v1",
    subject: [
      ...[...plans].map((sha256) => ({ name: `plan ${sha256.slice(0, 12)}`, digest: { sha256 } })),
      ...(newest ? [{ name: "the newest line of .rlsmith/evidence.jsonl", digest: { sha256: newest.hash } }] : []),
    ],
    predicateType: "urn:rlsmith:evidence:v1",
    predicate: { rlsmith: version, lines },
  };
}
