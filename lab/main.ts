import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { Listr } from 'listr2';
import Table from 'cli-table3';
import { answersSsh } from './addresses.ts';
import { hold, type HoldRequest } from './hold.ts';
import { startDetached } from './detached.ts';
import { demandFreePorts, SERVICE_ENV, SERVICE_PORTS } from './service.ts';
import { stopLab, runningLabs, type RunningLab } from './standing.ts';

const program = new Command('lab')
  .description('real hosts and services on which a semester can run')
  .enablePositionalOptions();

async function find(name: string): Promise<RunningLab> {
  const labs = await runningLabs();
  const found = labs.find((lab) => lab.name === name);
  if (found) return found;
  const others = labs.length > 0 ? `Running: ${labs.map((lab) => lab.name).join(', ')}.` : 'No lab is running.';
  throw new Error(`There is no lab ${name}. ${others} Start one: npm run lab -- up`);
}

async function show(lab: RunningLab): Promise<void> {
  const table = new Table({ head: ['host', 'address', 'state'], style: { head: [], border: [], compact: true } });
  const answers = await Promise.all(lab.hosts.map(({ address }) => answersSsh(address)));
  for (const [at, host] of lab.hosts.entries()) {
    table.push([host.name, `${host.address}:${host.port}`, answers[at] ? 'up' : 'no answer']);
  }
  console.log(
    `Lab ${lab.name} (number ${lab.number}), held by process ${lab.owner}; accounts from uid ${lab.firstUid} on`,
  );
  console.log(table.toString());
  console.log(`site.yaml:  ${lab.siteFile}\nsecrets:    set -a; . ${lab.dir}/env; set +a`);
  const service = path.join(lab.dir, SERVICE_ENV);
  if (existsSync(service)) console.log(`service:    set -a; . ${service}; set +a`);
}

interface UpFlags {
  readonly name: string;
  readonly hosts?: string;
  readonly firmware: number;
  readonly quietHosts?: boolean;
  readonly service?: boolean;
  readonly temporalPort: number;
  readonly uiPort: number;
  readonly codecPort: number;
}

/** Starts the lab in the background unless it runs already, and shows it. */
async function up(request: HoldRequest, title: string): Promise<void> {
  const standing = (await runningLabs()).some((lab) => lab.name === request.name);
  if (standing) console.log(`The lab ${request.name} is already running.`);
  else {
    if (request.service) await demandFreePorts(request.service);
    const task = { title, task: (_: unknown, it: { output: string }) => startDetached(request, it) };
    await new Listr([task]).run();
  }
  await show(await find(request.name));
}

async function ssh(host: string, command: readonly string[], a: { name: string; login?: string }): Promise<void> {
  const lab = await find(a.name);
  const args = ['-F', lab.sshConfig, ...(a.login ? ['-l', a.login] : []), host, ...command];
  const child = spawn('ssh', args, { stdio: 'inherit' });
  child.on('close', (code) => (process.exitCode = code ?? 255));
}

async function down({ name }: { name: string }): Promise<void> {
  const lab = await find(name);
  await stopLab(lab);
  console.log(`Lab ${name} has stopped.`);
}

/** Adds the commands that a lab of containers and one of machines share. */
function addSshAndDown(to: Command, name: string): void {
  to.command('ssh')
    .description('log in to a host as the administrator, or run a command there')
    .argument('<host>')
    .argument('[command...]')
    .option('--name <name>', 'name of the lab', name)
    .option('-l, --login <user>', 'log in as another user')
    .passThroughOptions()
    .action(ssh);
  to.command('down')
    .description('stop a lab and remove all its files')
    .option('--name <name>', 'name of the lab', name)
    .action(down);
}

program
  .command('up')
  .description('start seven hosts and their services in the background')
  .option('--name <name>', 'name of the lab; several labs can run at a time', 'lab')
  .option('--hosts <names>', 'only these GPU hosts, separated by commas')
  .option('--firmware <seconds>', 'simulated firmware time of each power-on', Number, 0)
  .option('--quiet-hosts', 'start without user sessions')
  .option('--service', "also start Temporal's development server with its UI, and a worker")
  .option('--temporal-port <port>', 'with --service: port of Temporal', Number, SERVICE_PORTS.temporalPort.usual)
  .option('--ui-port <port>', 'with --service: port of its UI', Number, SERVICE_PORTS.uiPort.usual)
  .option('--codec-port <port>', 'with --service: port by which the UI decrypts', Number, SERVICE_PORTS.codecPort.usual)
  .addHelpText('after', '\nExample:  npm run lab -- up --service && npm run lab -- ssh asahi')
  .action(async (a: UpFlags) => {
    const { temporalPort, uiPort, codecPort } = a;
    const request: HoldRequest = {
      name: a.name,
      firmwareSeconds: a.firmware,
      busy: !a.quietHosts,
      ...(a.service && { service: { temporalPort, uiPort, codecPort } }),
      ...(a.hosts && { hosts: a.hosts.split(',') }),
    };
    await up(request, 'Starting the lab');
  });

program
  .command('status')
  .description('list the running labs, and which of their hosts answer')
  .action(async () => {
    const labs = await runningLabs();
    if (labs.length === 0) console.log('No lab is running. Start one: npm run lab -- up');
    for (const lab of labs) await show(lab);
  });

addSshAndDown(program, 'lab');

const machines = program
  .command('vm')
  .description('full machines with firmware, loader and kernels of their own, in QEMU without KVM')
  .enablePositionalOptions()
  .passThroughOptions();

machines
  .command('up')
  .description('start one machine in the background, without services')
  .option('--name <name>', 'name of the lab', 'vm')
  .option('--hosts <names>', 'these GPU hosts, separated by commas; each takes a gigabyte of memory', 'asahi')
  .addHelpText('after', '\nExample:  npm run lab -- vm up && npm run lab -- vm ssh asahi sudo efibootmgr')
  .action(async (a: { name: string; hosts: string }) => {
    const request: HoldRequest = {
      name: a.name,
      kind: 'machines',
      hosts: a.hosts.split(','),
      busy: false,
      services: false,
    };
    await up(request, 'Starting the machines');
  });

addSshAndDown(machines, 'vm');

program.command('hold', { hidden: true }).argument('<request>').action(hold);

await program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
