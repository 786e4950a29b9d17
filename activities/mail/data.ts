import { formatInstant } from '../../domain/calendar.ts';
import type { Language } from '../../domain/names.ts';
import type { Site } from '../../domain/site.ts';
import { formatBytes } from '../../domain/size.ts';
import type { Say } from '../messages/messages.ts';

/** What a mail says of one person: `person` in the templates. */
export interface PersonData {
  readonly name: string;
  readonly user: string;
  /** Size of their home, for people; null where it is not known. */
  readonly home: string | null;
  readonly docker: readonly { readonly host: string; readonly size: string }[];
  /** Hosts where it could not be measured. */
  readonly unmeasured: readonly string[];
}

/** One person's usage as a plan keeps it: bytes, by host. */
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

/** Variables of `notice`, `correction` and `deadline` that are the same for everyone who reads `language`. */
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
  };
}

/** `person` of somebody whose usage was measured. */
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

/** `person` of nobody in particular: what an approver sees instead of each person's own. */
export function placeholderPerson(say: Say): PersonData {
  return {
    name: say('placeholder.name'),
    user: say('placeholder.account'),
    home: say('placeholder.home'),
    docker: [{ host: say('placeholder.host'), size: say('placeholder.docker') }],
    unmeasured: [],
  };
}
