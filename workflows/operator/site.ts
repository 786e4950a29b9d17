import type { Phase } from '../../domain/names.ts';
import type { SiteView } from '../../domain/site.ts';
import { quick } from '../policies.ts';
import type { OperatorContext } from './context.ts';
import { runStep } from './steps.ts';

/** Reads the site and applies its policy. */
export async function readSite(operator: OperatorContext, site: string, phase: Phase): Promise<SiteView> {
  const { result } = await runStep(operator, { name: 'read-site', phase }, () => quick.readSite({ site }));
  operator.applySitePolicy(result);
  return result;
}
