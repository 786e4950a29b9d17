import type { Language } from '../../../domain/names.ts';
import type { Site } from '../../../domain/site.ts';
import { renderLiquid } from '../../../texts/liquid.ts';
import { readTemplate } from '../../../texts/template-file.ts';
import { rememberPackages } from './leader.ts';
import type { HostDependencies } from '../dependencies.ts';
import type { LeaderActivities } from './contract.ts';

/**
 * The instructions of gate `reinstall`, in the given language or the site's: `templates/reinstall.{ko,en}.md`.
 * @throws ApplicationFailure `ConfigInvalid` if the template cannot be read or rendered
 */
export function reinstallInstructions({
  site,
}: Pick<HostDependencies, 'site'>): LeaderActivities['reinstallInstructions'] {
  return async ({ host, language }) => {
    const config = await site();
    return render(config, 'reinstall', language, { host, document: config.documents.reinstall ?? null });
  };
}

/**
 * The instructions of gate `leader-work`: `templates/leader-work.{ko,en}.md`. Records the leader's packages first, so
 * the person's changes can be found afterwards.
 * @throws ApplicationFailure `ConfigInvalid` as `reinstallInstructions`; `Unreachable`
 */
export function leaderInstructions(deps: HostDependencies): LeaderActivities['leaderInstructions'] {
  return async ({ ref, host }) => {
    const config = await deps.site();
    await rememberPackages(deps, ref.workflow, host);
    return render(config, 'leader-work', null, { host, command: config.update.command });
  };
}

async function render(site: Site, name: string, language: Language | null, values: object): Promise<string> {
  const { layout, ssh } = site;
  const known = { layout, account: ssh.user, knownHosts: ssh.knownHosts };
  const { file, text } = await readTemplate(site.templates, `${name}.${language ?? site.language}.md`);
  return renderLiquid(file, text, 0, { ...known, ...values });
}
