import { STORAGE } from '../addresses.ts';
import type { Lab } from '../lab.ts';
import { addressesOf, COMPLETE } from './applicants.ts';
import { BACKUPS, hashOf, hashOfHomes, EXEMPT, lines, namesIn, type Baseline } from './before.ts';
import { RESTORED } from './bring-back.ts';
import { expectTrue, expectSame, type Claim } from './claim.ts';

const MONTHS = 6;

/** Whether a backup is older than two quarters; computed here, without the product's code. */
function isOld(name: string, now = new Date()): boolean {
  const limit = new Date(now);
  limit.setUTCMonth(limit.getUTCMonth() - MONTHS);
  return name.slice(0, 10) < limit.toISOString().slice(0, 10);
}

/** Claims about R4 and R5 on the storage host. */
export function storageClaims(lab: Lab, before: Baseline): readonly Claim[] {
  const newBackups = async () => {
    const names = await namesIn(lab, STORAGE, BACKUPS);
    return names.filter((name) => !before.backups.includes(name) && !name.endsWith('.nested'));
  };
  return [
    {
      claim: 'all homes are deleted except those of bacchus and prof; one is restored, one is new',
      async check() {
        const homes = await namesIn(lab, STORAGE, '/csehome');
        expectSame('/csehome', homes, [COMPLETE.user, 'bacchus', RESTORED, EXEMPT]);
        expectTrue(
          (await hashOf(lab, `/csehome/${EXEMPT}`)) === before.exemptHash,
          `the files of ${EXEMPT} have changed`,
        );
        await lab.exec(STORAGE, 'test -s /csehome/bacchus/NOTES.md -a -d /csehome/bacchus/repo');
        return `/csehome holds ${homes.join(', ')}; bacchus and ${EXEMPT} are untouched; ${before.homes.length - 2} homes were deleted`;
      },
    },
    {
      claim: 'the restored home is complete, and its owner received a mail',
      async check() {
        const home = `/csehome/${RESTORED}`;
        expectTrue((await hashOf(lab, home)) === before.restoredHash, `${home} does not hold the same bytes as before`);
        const owner = (await lab.exec(STORAGE, `stat -c %U ${home}`)).trim();
        expectTrue(owner === RESTORED, `${home} belongs to ${owner}`);
        const mails = (await lab.services.smtp.mails()).filter(({ subject = '' }) => /복원|restored/.test(subject));
        expectSame(
          'mails',
          mails.flatMap(addressesOf).filter((address) => address.startsWith(`${RESTORED}@`)),
          [`${RESTORED}@example.org`],
        );
        return `${home}: byte for byte, with its nested subvolume`;
      },
    },
    {
      claim: 'one read-only snapshot holds all homes, as does the last one before the deletion',
      async check() {
        const made = await newBackups();
        const [name = '', last = ''] = made;
        expectTrue(made.length === 2 && last === `${name}.last`, `new backups: ${made.join(' ') || 'none'}`);
        const path = `${BACKUPS}/${name}`;
        const all = `${path} ${path}.nested/[0-9]* ${path}.last ${path}.last.nested/[0-9]*`;
        const writable = lines(
          await lab.exec(STORAGE, `for s in ${all}; do btrfs property get -ts "$s" ro; done`),
        ).filter((line) => line !== 'ro=true');
        expectTrue(writable.length === 0, `${name} is writable`);
        expectSame(name, await namesIn(lab, STORAGE, path), before.homes);
        for (const one of made)
          expectTrue(
            (await hashOfHomes(lab, `${BACKUPS}/${one}`)) === before.homesHash,
            `${one} does not hold the same bytes`,
          );
        expectTrue(
          (await hashOf(lab, `${path}.nested/1`)) === before.nestedHash,
          `${name}.nested does not hold the same bytes`,
        );
        return `${name}: ro=true, ${before.homes.length} homes and a nested subvolume, byte for byte`;
      },
    },
    {
      claim: 'backups older than two quarters are deleted, no others',
      async check() {
        const names = await namesIn(lab, STORAGE, BACKUPS);
        const left = names.filter((name) => before.backups.includes(name));
        expectSame(
          'older backups',
          left,
          before.backups.filter((name) => !isOld(name)),
        );
        const gone = before.backups.filter((name) => !left.includes(name));
        return `deleted: ${gone.join(', ') || 'none'}; kept: ${left.join(', ') || 'none'}`;
      },
    },
  ];
}
