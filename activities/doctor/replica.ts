import type { ReplicaHost, Site } from '../../domain/site.ts';
import type { Remote } from '../hosts/remote/remote.ts';
import { listThere } from '../hosts/replica/replica.ts';
import { LOGIN_LOCK } from '../hosts/root/private.ts';
import { runCheck, skipped } from './check.ts';
import { clockOf, checkHostKey, spaceOf } from './findings.ts';
import type { Say } from '../../texts/messages.ts';
import type { DoctorCheck } from './contract.ts';

/** Checks the replica host: key, login and sudo, clock, space, and whether its top level can be read. */
export async function checkReplica(
  say: Say,
  { site, look, clock }: { site: Site; look: Remote; clock: () => Date },
  replica: ReplicaHost,
): Promise<readonly DoctorCheck[]> {
  const { name } = replica;
  const key = await runCheck(say, 'host key', name, say('doctor.key.offline', { host: name }), () =>
    checkHostKey(say, site, replica),
  );
  if (key.state === 'wrong') return [key, skipped(say, 'sudo', name, say('doctor.first.key'))];
  let machine = '';
  const asked = clock().getTime();
  const rise = say('doctor.sudo.replica', { host: name });
  const sudo = await runCheck(say, 'sudo', name, rise, async () => {
    machine = await look.run(name, { name: 'check-machine', args: [`/${LOGIN_LOCK}`, '/', replica.toplevel] });
    return { found: replica.sudo === 'password' ? say('doctor.sudo.password') : say('doctor.sudo.nopasswd') };
  });
  if (sudo.state === 'wrong') return [key, sudo, skipped(say, 'layout', name, say('doctor.first.sudo'))];
  const answered = clock().getTime();
  const fstab = say('doctor.layout.fstab', { toplevel: replica.toplevel, host: name });
  return [
    key,
    sudo,
    await runCheck(say, 'clock', name, say('doctor.clock.remedy', { host: name }), () =>
      clockOf(say, machine, asked, answered),
    ),
    await runCheck(say, 'free space', name, say('doctor.space.remedy', { host: name }), () => spaceOf(say, machine)),
    await runCheck(say, 'layout', name, fstab, async () => ({
      found: say('doctor.layout.backups', {
        backups: (await listThere(look, replica)).filter(({ path }) => !path.includes('/')).length,
      }),
    })),
  ];
}
