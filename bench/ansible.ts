import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { SUDO_WITH_PASSWORD } from '../lab/addresses.ts';
import type { Lab } from '../lab/lab.ts';
import { ansibleCommand } from '../lab/setup/ansible.ts';

/** Runs playbooks on the hosts of a lab, tuned for speed: pipelining, six forks, persistent connections. */
export interface Ansible {
  /** Runs a playbook and returns the seconds it took. @throws ExecaError with Ansible's output if a host fails */
  play(playbook: string, variables: Readonly<Record<string, unknown>>): Promise<number>;
}

/** Prepares Ansible for a lab. @param hosts group `fleet` of the inventory, in this order */
export async function ansibleOn(lab: Lab, hosts: readonly string[]): Promise<Ansible> {
  const [program, ...args] = await ansibleCommand();
  const inventory = path.join(lab.dir, 'inventory.json');
  const password = lab.secrets['SEMESTER_SSH_PASSWORD'];
  const entry = (host: string) => [
    host,
    SUDO_WITH_PASSWORD.includes(host) ? { ansible_become_password: password } : {},
  ];
  const vars = { ansible_ssh_common_args: `-F ${lab.sshConfig}`, ansible_python_interpreter: '/usr/bin/python3' };
  const fleet = { hosts: Object.fromEntries(hosts.map(entry)), vars };
  await writeFile(inventory, JSON.stringify({ fleet }), { mode: 0o600 });
  const env = {
    ANSIBLE_HOME: path.join(lab.dir, 'ansible'),
    ANSIBLE_PIPELINING: 'true',
    ANSIBLE_FORKS: '6',
    ANSIBLE_NOCOLOR: 'true',
    // The default, except for the folder of the socket.
    ANSIBLE_SSH_CONTROL_PATH_DIR: path.join(lab.dir, 'cp'),
    LC_ALL: 'C.UTF-8',
  };
  return {
    async play(playbook, variables) {
      const began = performance.now();
      const given = ['--inventory', inventory, '--extra-vars', JSON.stringify(variables), playbook];
      await execa(program, [...args, ...given], { env, all: true, stdin: 'ignore' });
      return (performance.now() - began) / 1000;
    },
  };
}
