import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The name and mail address in git's configuration of this folder; null if it has no mail address. */
export async function personIn(dir: string): Promise<{ name: string; email: string } | null> {
  const get = async (key: string): Promise<string> => {
    try {
      return (await run("git", ["-C", dir, "config", "--get", key])).stdout.trim();
    } catch {
      return "";
    }
  };
  const [name, email] = [await get("user.name"), await get("user.email")];
  return email === "" ? null : { name, email };
}
