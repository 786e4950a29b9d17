import { durationMs, formatInstant } from '../../domain/calendar.ts';
import type { Language } from '../../domain/names.ts';
import type { Site } from '../../domain/site.ts';
import { formatBytes } from '../../domain/size.ts';
import type { Say } from '../../texts/messages.ts';

const DAY_MS = 24 * 60 * 60_000;

/** Data about one person: `person` in the templates. */
export interface PersonData {
  readonly name: string;
  readonly user: string;
  /** Formatted size of their home; null if unknown. */
  readonly home: string | null;
  readonly docker: readonly { readonly host: string; readonly size: string }[];
  /** Hosts on which their Docker data could not be measured. */
  readonly unmeasured: readonly string[];
}

/** One person's usage in a plan: bytes, by host. */
export interface PersonUsage {
  readonly name: string;
  readonly home: number | null;
  readonly docker: Readonly<Record<string, number>>;
}

/** Variables that every mail to users may use: `site`, `hosts`, `paths`. Public facts only. */
export function siteData({ name, zone, contact, idServer, documents, hosts, layout }: Site) {
  return {
    site: { name, zone, contact, joinUrl: idServer.joinUrl, agreement: documents.agreement },
    hosts: hosts.map((host) => ({
      name: host.name,
      address: host.address,
      port: host.port,
      gpu: host.gpu,
      gpuCount: host.gpuCount,
    })),
    paths: { home: layout.home, docker: layout.docker },
  };
}

/** Variables of `notice`, `correction` and `deadline` that all mails in `language` share. */
export function noticeData(
  site: Site,
  language: Language,
  deadline: string,
  corrects: string | null,
  semester: string,
) {
  return {
    ...siteData(site),
    semester: { name: semester },
    deadline: formatInstant(deadline, site.zone, language),
    was: corrects === null ? null : formatInstant(corrects, site.zone, language),
    // Whole days for which Docker data can be moved back; null: it is deleted at once.
    trash: { days: site.wipe.trash === 'off' ? null : Math.floor(durationMs(site.wipe.trash) / DAY_MS) },
  };
}

/** `person` with measured usage. */
export function personData(
  user: string,
  { name, home, docker }: PersonUsage,
  unmeasured: readonly string[],
): PersonData {
  return {
    name,
    user,
    home: home === null ? null : formatBytes(home),
    docker: Object.entries(docker)
      .filter(([, bytes]) => bytes > 0)
      .map(([host, bytes]) => ({ host, size: formatBytes(bytes) })),
    unmeasured,
  };
}

/** `person` with placeholders, which approvers see in place of personal data. */
export function placeholderPerson(say: Say): PersonData {
  return {
    name: say('placeholder.name'),
    user: say('placeholder.account'),
    home: say('placeholder.home'),
    docker: [{ host: say('placeholder.host'), size: say('placeholder.docker') }],
    unmeasured: [],
  };
}
