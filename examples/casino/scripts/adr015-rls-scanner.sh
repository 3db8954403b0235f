#!/usr/bin/env bash
# ADR-015: every policy takes the session variable first, and the claim where there is none (pattern C, hybrid).
#
# usage: adr015-rls-scanner.sh FILE-OR-FOLDER…
#
# Looks at CREATE POLICY and ALTER POLICY in migrations from June 2025 on; older ones are from before the ADR.
# Exit code 1 if there is a violation:
#   E1  current_setting('app.…') without missing_ok
#   E2  the claim is read without COALESCE(NULLIF(current_setting('app.…', true), ''), …)
#   E3  the variable is read, and no claim to fall back to
set -euo pipefail

if [ "$#" -eq 0 ]; then
  echo "usage: $0 FILE-OR-FOLDER…" >&2
  exit 2
fi

violations=0
while IFS= read -r file; do
  name=$(basename "$file")
  [[ "${name%%_*}" < 20250602000000 ]] && continue
  found=$(awk -v file="$name" '
    BEGIN { RS = ";" }
    {
      statement = $0
      gsub(/--[^\n]*/, "", statement)
      gsub(/[ \t\n]+/, " ", statement)
      lower = tolower(statement)
      if (lower !~ /(create|alter) policy/) next
      match(lower, /policy ("[^"]+"|[a-z0-9_]+)/)
      policy = substr(statement, RSTART + 7, RLENGTH - 7)
      if (lower ~ /current_setting\(.app\.[a-z_]+.\)/) print file ": " policy ": E1 current_setting without missing_ok"
      if (lower ~ /auth\.jwt\(\)/ && lower !~ /coalesce\( ?nullif\( ?current_setting\(/) print file ": " policy ": E2 not the hybrid pattern"
      if (lower ~ /current_setting\(.app\./ && lower !~ /auth\.jwt\(\)/) print file ": " policy ": E3 no claim to fall back to"
    }' "$file")
  if [ -n "$found" ]; then
    printf '%s\n' "$found"
    violations=$((violations + $(printf '%s\n' "$found" | wc -l)))
  fi
done < <(find "$@" -type f -name '*.sql' | sort)

if [ "$violations" -gt 0 ]; then
  echo "ADR-015: $violations violations. Use COALESCE(NULLIF(current_setting('app.casino_id', true), ''), auth.jwt() …)." >&2
  exit 1
fi
echo "ADR-015: no violations"
