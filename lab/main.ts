import { spawn } from 'node:child_process';
import { Command } from 'commander';
import { Listr } from 'listr2';
import Table from 'cli-table3';
import { greets } from './addresses.ts';
import { hold, type Word } from './hold.ts';
import { startDetached } from './detached.ts';
import { endLab, standingLabs, type StandingLab } from './standing.ts';

const program = new Command('lab')
  .description('real hosts and services to run a semester against')
  .enablePositionalOptions();

async function find(name: string): Promise<StandingLab> {
  const labs = await standingLabs();
  const found = labs.find((lab) => lab.name === name);
  if (found) return found;
  const others = labs.length > 0 ? `These stand: ${labs.map((lab) => lab.name).join(', ')}.` : 'None stands.';
  throw new Error(`There is no lab ${name}. ${others} Start it: npm run lab -- up`);
}

async function show(lab: StandingLab): Promise<void> {
  const table = new Table({ head: ['host', 'address', 'state'], style: { head: [], border: [], compact: true } });
  const answers = await Promise.all(lab.hosts.map(({ address }) => greets(address)));
  for (const [at, host] of lab.hosts.entries()) {
    table.push([host.name, `${host.address}:${host.port}`, answers[at] ? 'up' : 'no answer']);
  }
  console.log(`Lab ${lab.name} (number ${lab.number}), held by process ${lab.owner}`);
  console.log(table.toString());
  console.log(`site.yaml:  ${lab.siteFile}\nsecrets:    set -a; . ${lab.dir}/env; set +a`);
}

program
  .command('up')
  .description('start seven hosts and their services in the background')
  .option('--name <name>', 'to let several stand side by side', 'lab')
  .option('--hosts <names>', 'only these GPU hosts, separated by commas')
  .option('--firmware <seconds>', 'how long each power-on takes before anything boots', Number, 0)
  .option('--quiet-hosts', 'nobody is logged in')
  .addHelpText('after', '\nExample:  npm run lab -- up && npm run lab -- ssh asahi')
  .action(async (a: { name: string; hosts?: string; firmware: number; quietHosts?: boolean }) => {
    const standing = (await standingLabs()).some((lab) => lab.name === a.name);
    if (standing) console.log('It stands already.');
    else {
      const word: Word = {
        name: a.name,
        firmwareSeconds: a.firmware,
        busy: !a.quietHosts,
        ...(a.hosts && { hosts: a.hosts.split(',') }),
      };
      const task = { title: 'Starting the lab', task: (_: unknown, it: { output: string }) => startDetached(word, it) };
      await new Listr([task]).run();
    }
    await show(await find(a.name));
  });

program
  .command('status')
  .description('list the labs that stand, and which of their hosts answer')
  .action(async () => {
    const labs = await standingLabs();
    if (labs.length === 0) console.log('No lab stands. Start one: npm run lab -- up');
    for (const lab of labs) await show(lab);
  });

program
  .command('ssh')
  .description('log in to a host as the administrator, or run a command there')
  .argument('<host>')
  .argument('[command...]')
  .option('--name <name>', 'which lab', 'lab')
  .option('-l, --login <user>', 'as somebody else')
  .passThroughOptions()
  .action(async (host: string, command: string[], { name, login }: { name: string; login?: string }) => {
    const lab = await find(name);
    const args = ['-F', lab.sshConfig, ...(login ? ['-l', login] : []), host, ...command];
    const child = spawn('ssh', args, { stdio: 'inherit' });
    child.on('close', (code) => (process.exitCode = code ?? 255));
  });

program
  .command('down')
  .description('end a lab; nothing of it is left')
  .option('--name <name>', 'which lab', 'lab')
  .action(async ({ name }: { name: string }) => {
    const lab = await find(name);
    await endLab(lab);
    console.log(`Lab ${name} is gone.`);
  });

program.command('hold', { hidden: true }).argument('<word>').action(hold);

await program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
