/** A variable of the environment without which the application cannot run. */
export function requiredEnv(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error(`${name} is not set, see docs/onboarding.md`);
  return value;
}
