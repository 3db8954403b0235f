import type { ContextMap } from "../pg/context.ts";
import type { Profile } from "./evaluate.ts";
import type { Followed } from "./follow.ts";
import type { Standing } from "./result.ts";
import { claimAt, settableOf, type User, type Variables } from "./user.ts";

/** What the policies of both sides read of a request. */
export interface RequestReads {
  /** null: any part of the token may count */
  claims: string[][] | null;
  /** the variables of the map that the policies read */
  variables: string[];
}

export function requestReads(followed: readonly Followed[], map: ContextMap): RequestReads {
  const whole = followed.some(({ wholeToken, opaque }) => wholeToken || opaque.length > 0);
  const settings = new Set(followed.flatMap((one) => one.settings));
  return {
    claims: whole ? null : followed.flatMap((one) => one.claims),
    variables: settableOf(map)
      .map(({ setting }) => setting)
      .filter((setting) => whole || settings.has(setting.toLowerCase())),
  };
}

/** A way in which requests of a user arrive, as the users who share it are alike. */
export interface Arrival {
  key: string;
  standing: Standing;
  profile: Profile;
}

/**
 * The ways in which requests of a user arrive. Where what the application sets is not known, and the policies read it, only
 * requests without variables are there.
 */
export function arrivalsOf(
  user: User,
  map: ContextMap,
  reads: RequestReads,
): { arrivals: Arrival[]; isKnown: boolean } {
  const empty = Object.fromEntries(settableOf(map).map(({ setting }) => [setting, ""]));
  const arrival = (standing: Standing, variables: Variables): Arrival => {
    const settings = { ...empty, ...variables };
    return {
      key: keyOf(user, settings, reads),
      standing,
      profile: { settings: { ...claimsSettings(user, map), ...settings } },
    };
  };
  if (reads.variables.length === 0) return { arrivals: [arrival("with", {})], isKnown: true };
  const without = arrival("without", {});
  const known = (user.variables ?? []).filter((variables) => reads.variables.every((name) => name in variables));
  const withThem = known.map((variables) => arrival("with", variables));
  return {
    arrivals: [...withThem.filter(({ key }) => key !== without.key), without],
    isKnown: user.variables !== null && known.length === user.variables.length,
  };
}

/** The settings by which the token arrives, as PostgREST and drivers set it. */
function claimsSettings({ claims }: User, { claims: source }: ContextMap): Variables {
  const text = claims ?? "";
  return { "request.jwt.claims": text, ...(source.kind === "setting" ? { [source.setting]: text } : {}) };
}

/** Equal for requests that no policy can distinguish. A claim that is missing is not one that is JSON's null. */
const keyOf = (user: User, settings: Variables, { claims }: RequestReads): string =>
  JSON.stringify([
    user.role,
    settings,
    claims === null || FRACTION.test(user.claims ?? "")
      ? user.claims
      : claims.map((path) => {
          const value = claimAt(user.token, path);
          return value === undefined ? [] : [value];
        }),
  ]);

/** A number whose text JavaScript does not keep: 1.0, 1e3. */
const FRACTION = /[^"\w]\d+(?:\.\d|[eE])/;
