// Whether somebody is there, and until or from when: told with the thread, and gone on with by the visitor's own clock.
import { useEffect, useState } from "/static/vendor/ui.js";

const LONGEST = 2 ** 31 - 1; // what a timer can wait

/** {open, at}: whether somebody is there, and the moment (ms) at which that changes, if it is known. */
export function thereAt(hours, now) {
  if (!hours) return { open: true, at: null };
  const [opens, closes] = [hours.opens_at, hours.closes_at].map((at) => (at ? Date.parse(at) : null));
  if (hours.open) return closes === null || now < closes ? { open: true, at: closes } : { open: false, at: opens };
  return opens === null || now < opens ? { open: false, at: opens } : { open: true, at: closes > opens ? closes : null };
}

/** The same, told anew when it changes. */
export function useHours(hours) {
  const [, again] = useState(0);
  const there = thereAt(hours, Date.now());
  useEffect(() => {
    if (there.at === null || there.at <= Date.now()) return undefined;
    const timer = setTimeout(() => again((count) => count + 1), Math.min(LONGEST, there.at - Date.now() + 50));
    return () => clearTimeout(timer);
  }, [there.at]);
  return there;
}
