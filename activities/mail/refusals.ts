/** Answers of a policy, which concern the sender or the service, whoever the recipient is: relay, quota, login, block. */
const POLICY =
  /\b5\.[34]\.\d|\b5\.7\.\d|\b(relay|relaying|quota|rate limit|sending limit|too many|authentication|not allowed|policy|blocked|block ?list|blacklist)/i;
/** Address and mailbox of one person: unknown, full, closed. */
const PERSONAL = /\b5\.[12]\.\d/;

/** So many in a row are no coincidence, also after others were sent: a quota is used up in the middle of a run. */
const IN_A_ROW = 5;
/** An answer that names no policy is a fault of the system if nobody gets a mail, and these are at least so many. */
const FEW = 3;

const isPolicy = (answer: string) => POLICY.test(answer) && !PERSONAL.test(answer);

/** Servers put a queue id, a time or an address in their answers; those differ between two equal refusals. */
const kindOf = (answer: string) =>
  answer
    .replace(/<…>/g, '')
    .replace(/\b(?=\w*\d)\w{6,}\b/g, '')
    .replace(/\s+/g, ' ')
    .trim();

/**
 * The answer of refusals that are a fault of the system and not of one person, or null. `refusals` are those of a run in their
 * order, since the last mail that was sent; `delivered` is the number of mails that people got.
 */
export function refusalOfAll(refusals: readonly string[], delivered: number, over: boolean): string | null {
  const [last] = refusals.slice(-1);
  if (last === undefined || refusals.some((answer) => kindOf(answer) !== kindOf(last))) return null;
  if (isPolicy(last) && refusals.length >= IN_A_ROW) return last;
  if (!over || delivered > 0) return null;
  return isPolicy(last) || refusals.length >= FEW ? last : null;
}

/** How long a greylisting server asks to wait; null if an answer is no greylisting. */
export function greylistMs(answer: string): number | null {
  if (!/^(450|451|421)\b/.test(answer) || !/gr[ea]y|try again|retry|later|wait|\b4\.[27]\.[01]\b/i.test(answer))
    return null;
  const [, count, unit] = /(\d+)\s*(s|sec|seconds?|m|min|minutes?)\b/i.exec(answer) ?? [];
  const [clock] = /\b(\d{1,2}:)?\d{1,2}:\d{2}\b/.exec(answer) ?? [];
  const seconds =
    count !== undefined
      ? Number(count) * (/^m/i.test(unit ?? '') ? 60 : 1)
      : clock !== undefined
        ? clock.split(':').reduce((total, part) => total * 60 + Number(part), 0)
        : USUAL_SECONDS;
  return Math.min(Math.max(seconds, LEAST_SECONDS), MOST_SECONDS) * 1000;
}

/** What greylisting servers ask for if they do not say it. */
const USUAL_SECONDS = 300;
const LEAST_SECONDS = 30;
const MOST_SECONDS = 3600;
