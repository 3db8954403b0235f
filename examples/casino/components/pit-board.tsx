"use client";

import { useEffect, useState } from "react";
import { startFeed, type FeedTable } from "@/lib/browser/floor-feed";
import { browserClient } from "@/lib/supabase/browser-client";
import type { RLSContext } from "@/lib/supabase/rls-context";

/** The tables of the pit, with their status. */
export function PitBoard({ context }: { context: RLSContext }) {
  const [tables, setTables] = useState<FeedTable[]>([]);

  useEffect(() => {
    let stop: () => void = () => undefined;
    void startFeed(browserClient(), context, setTables).then((end) => (stop = end));
    return () => stop();
  }, [context]);

  return (
    <ul className="pit-board">
      {tables.map(({ id, label, status }) => (
        <li key={id} className={status}>
          {label}
        </li>
      ))}
    </ul>
  );
}
