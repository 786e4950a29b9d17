import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { aptInstall, SetupError } from './apt.ts';
import { cached, type Progress } from './cache.ts';

const VERSION = '1.38.0';

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>gpu-semester</groupId>
  <artifactId>test-server</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>io.temporal</groupId>
      <artifactId>temporal-test-server</artifactId>
      <version>${VERSION}</version>
    </dependency>
  </dependencies>
</project>
`;

/** Compiled once from `TestServers.java`. */
const MAIN = 'TestServers';
/** Most code runs for a second or two: it is compiled quickly rather than well. */
const FLAGS = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];

/** What the process needs on its class path; fetched from Maven (10 s) and compiled once, and kept in the cache folder. */
async function classPath(progress: Progress): Promise<string> {
  await aptInstall({ 'default-jdk-headless': 'javac' }, progress);
  const jars = await cached(`test-server-${VERSION}`, async (aside) => {
    await aptInstall({ maven: 'mvn' }, progress);
    progress(`Fetching the time-skipping Temporal server ${VERSION} from Maven (38 MB)`);
    await writeFile(path.join(aside, 'pom.xml'), POM);
    const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${path.join(aside, 'lib')}`];
    const mvn = await execa('mvn', ['-B', '-q', ...goal], { cwd: aside, reject: false, all: true });
    if (mvn.exitCode !== 0) {
      throw new SetupError(
        `Maven could not fetch io.temporal:temporal-test-server:${VERSION}. Check the network or ~/.m2/settings.xml, then run this again.\n${mvn.all.slice(-2000)}`,
      );
    }
  });
  const libraries = path.join(jars, 'lib', '*');
  const source = path.join(import.meta.dirname, `${MAIN}.java`);
  const digest = createHash('sha256')
    .update(await readFile(source))
    .digest('hex')
    .slice(0, 16);
  const classes = await cached(`test-servers-${VERSION}-${digest}`, async (aside) => {
    await execa('javac', ['-cp', libraries, '-d', aside, source]);
  });
  return `${classes}:${libraries}`;
}

/** Installs what `startTestServers` needs. @throws SetupError if Java, Maven or the download is not available. */
export async function testServerPrerequisites(progress: Progress = () => {}): Promise<void> {
  await classPath(progress);
}

/** A Java process that holds time-skipping servers. */
export interface TestServers {
  /**
   * An executable that starts a server on the port of its first argument, and ends it with itself, for
   * `TestWorkflowEnvironment.createTimeSkipping({server: {executable: {type: 'existing-path', path}}})`.
   */
  readonly path: string;
  /** Ends the process with all its servers. */
  stop(): Promise<void>;
}

/** The SDK passes the port as first argument and stops the server by a signal. `cat` ends with the connection, or ends it. */
const starter = (port: string) => `#!/bin/bash
exec 3<>/dev/tcp/127.0.0.1/${port} && echo "$1" >&3 && exec cat <&3
`;

/**
 * Starts one process for all time-skipping servers of a run: half of the processor time of a server that starts for one test goes into
 * Java itself. The process ends with this one, even if that is killed.
 * @throws SetupError if Java, Maven or the download is not available, or the process does not start.
 */
export async function startTestServers(): Promise<TestServers> {
  const java = ['java', ...FLAGS, '-cp', await classPath(() => {}), MAIN];
  // The kernel kills it with this process; an exit handler does not run after SIGKILL.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...java], { stdio: ['ignore', 'pipe', 'ignore'] });
  const exit = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const port = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line').then(([line]) => String(line)),
    exit.then(() => {
      throw new SetupError(`The time-skipping Temporal server exited. Try: ${java.join(' ')}`);
    }),
  ]);
  const folder = await mkdtemp(path.join(tmpdir(), 'semester-test-servers-'));
  const file = path.join(folder, 'temporal-test-server');
  await writeFile(file, starter(port), { mode: 0o755 });
  return {
    path: file,
    async stop() {
      child.kill();
      await exit;
      await rm(folder, { recursive: true });
    },
  };
}
