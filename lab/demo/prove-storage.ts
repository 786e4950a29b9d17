import { STORAGE } from '../addresses.ts';
import type { Lab } from '../lab.ts';
import { addressesOf, COMPLETE } from './applicants.ts';
import { BACKUPS, hashOf, hashOfHomes, KEPT, lines, namesIn, type Before } from './before.ts';
import { RETURNING } from './bring-back.ts';
import { holds, same, type Claim } from './claim.ts';

const MONTHS = 6;

/** Whether a backup's day lies two quarters back; counted here anew, not by the product's own rule. */
function isOld(name: string, now = new Date()): boolean {
  const limit = new Date(now);
  limit.setUTCMonth(limit.getUTCMonth() - MONTHS);
  return name.slice(0, 10) < limit.toISOString().slice(0, 10);
}

/** R4 and R5 on the storage host. */
export function storageClaims(lab: Lab, before: Before): readonly Claim[] {
  const newBackups = async () => {
    const names = await namesIn(lab, STORAGE, BACKUPS);
    return names.filter((name) => !before.backups.includes(name) && !name.endsWith('.nested'));
  };
  return [
    {
      claim: 'every home is gone but those of bacchus and prof; one came back, one is new',
      async look() {
        const homes = await namesIn(lab, STORAGE, '/csehome');
        same('/csehome', homes, [COMPLETE.user, 'bacchus', RETURNING, KEPT]);
        holds((await hashOf(lab, `/csehome/${KEPT}`)) === before.kept, `the files of ${KEPT} have changed`);
        await lab.exec(STORAGE, 'test -s /csehome/bacchus/NOTES.md -a -d /csehome/bacchus/repo');
        return `/csehome holds ${homes.join(', ')}; bacchus and ${KEPT} are untouched; ${before.homes.length - 2} homes were deleted`;
      },
    },
    {
      claim: 'who asked for their data has it again, and was told',
      async look() {
        const home = `/csehome/${RETURNING}`;
        holds((await hashOf(lab, home)) === before.returning, `${home} does not hold the same bytes as before`);
        const owner = (await lab.exec(STORAGE, `stat -c %U ${home}`)).trim();
        holds(owner === RETURNING, `${home} belongs to ${owner}`);
        const mails = (await lab.services.smtp.mails()).filter(({ subject = '' }) => /복원|restored/.test(subject));
        same(
          'told',
          mails.flatMap(addressesOf).filter((address) => address.startsWith(`${RETURNING}@`)),
          [`${RETURNING}@example.org`],
        );
        return `${home}: byte for byte, with what was nested in it`;
      },
    },
    {
      claim: 'one read-only snapshot holds all of them',
      async look() {
        const made = await newBackups();
        const [name = ''] = made;
        holds(made.length === 1, `new backups: ${made.join(' ') || 'none'}`);
        const path = `${BACKUPS}/${name}`;
        const writable = lines(
          await lab.exec(STORAGE, `for s in ${path} ${path}.nested/[0-9]*; do btrfs property get -ts "$s" ro; done`),
        ).filter((line) => line !== 'ro=true');
        holds(writable.length === 0, `${name} is writable`);
        same(name, await namesIn(lab, STORAGE, path), before.homes);
        holds((await hashOfHomes(lab, path)) === before.everything, `${name} does not hold the same bytes`);
        holds((await hashOf(lab, `${path}.nested/1`)) === before.nested, `${name}.nested does not hold the same bytes`);
        return `${name}: ro=true, ${before.homes.length} homes and a nested subvolume, byte for byte`;
      },
    },
    {
      claim: 'backups older than two quarters are gone, no other',
      async look() {
        const names = await namesIn(lab, STORAGE, BACKUPS);
        const left = names.filter((name) => before.backups.includes(name));
        same(
          'older backups',
          left,
          before.backups.filter((name) => !isOld(name)),
        );
        const gone = before.backups.filter((name) => !left.includes(name));
        return `gone: ${gone.join(', ') || 'none'}; kept: ${left.join(', ') || 'none'}`;
      },
    },
  ];
}
