import { readdir, readFile } from 'node:fs/promises';
import { execa } from 'execa';

/** The traces of a lab that are visible on the machine outside. */
export interface Traces {
  readonly loops: string[];
  readonly mounts: string[];
  readonly groups: string[];
  readonly processes: string[];
  readonly folder: string[];
}

const read = (file: string) => readFile(file, 'utf8').catch(() => '');

async function groupsOf(number: number): Promise<string[]> {
  const mounts = (await read('/proc/mounts')).split('\n').map((line) => line.split(' '));
  const top = mounts.find(([, , type]) => type === 'cgroup2')?.[1];
  if (top === undefined) throw new Error('there is no cgroup2 mount to look into');
  return (await readdir(top)).filter((name) => name.startsWith(`lab-${number}-`));
}

/** Processes in the lab's control groups, and those with a working directory in its folder. */
async function processesOf(lab: { number: number; dir: string }): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    ids.map(async (id) => {
      const group = (await read(`/proc/${id}/cgroup`)).includes(`0::/lab-${lab.number}-`);
      const command = (await read(`/proc/${id}/cmdline`)).replaceAll('\0', ' ');
      return group || command.includes(`${lab.dir}/`) ? [`${id} ${command}`] : [];
    }),
  );
  return found.flat();
}

/** Finds everything that lab `number` could leave behind, and ignores other labs. */
export async function tracesOf(lab: { number: number; dir: string }): Promise<Traces> {
  const inside = `${lab.dir}/`;
  const { stdout: loops } = await execa('losetup', ['--list', '--noheadings', '--output', 'BACK-FILE']);
  const { stdout: namespaces } = await execa('ip', ['netns', 'list']);
  const mounts = (await read('/proc/self/mountinfo')).split('\n').filter((line) => line.includes(inside));
  return {
    loops: loops.split('\n').filter((file) => file.startsWith(inside)),
    mounts: [...mounts, ...namespaces.split('\n').filter(Boolean)],
    groups: await groupsOf(lab.number),
    processes: await processesOf(lab),
    folder: await readdir(lab.dir).catch(() => []),
  };
}

export const NOTHING: Traces = { loops: [], mounts: [], groups: [], processes: [], folder: [] };
