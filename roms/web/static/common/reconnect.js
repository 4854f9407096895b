// When a lost line is opened again: soon, then ever later, and never by all browsers at the same moment.

const FIRST_MS = 500;
const LONGEST_MS = 30_000;
const LONGEST_BYE_S = 60;
const STARTS_MS = 2_000; // in which a server that said goodbye is hardly back
const SLOWLY_MS = 3_000; // that it may take longer than it thought

export function createBackoff() {
  let wait = FIRST_MS;
  let within = null; // ms, from a goodbye until we have asked once
  let silentUntil = 0;

  return {
    /** The line stands, or there is a reason to believe that it will now. */
    begin() {
      wait = FIRST_MS;
    },
    /** {"t":"bye","within":seconds}: the server ends, and wants us back at a moment of our own within that time. */
    bye(seconds) {
      within = Math.min(LONGEST_BYE_S, Math.max(0, Number(seconds) || 0)) * 1000;
      silentUntil = Date.now() + within + SLOWLY_MS;
      wait = FIRST_MS;
    },
    /** How long to wait before the next try, in ms. */
    next() {
      const announced = within;
      within = null;
      if (announced !== null) {
        const earliest = Math.min(STARTS_MS, announced / 2);
        return earliest + Math.random() * (announced - earliest);
      }
      const mine = wait * (0.5 + Math.random());
      wait = Math.min(LONGEST_MS, wait * 2);
      return mine;
    },
    /** True while nobody need be told that there is no line: the server said so. */
    isAnnounced: () => Date.now() < silentUntil,
  };
}
