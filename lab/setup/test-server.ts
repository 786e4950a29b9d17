import { chmod, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import getPort from 'get-port';
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

const MAIN = 'io.temporal.testserver.TestServer';
const FLAGS = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];

/**
 * The SDK passes the port as first argument and stops the server by a signal; because of `exec`, Java receives it. Java ignores the
 * archive if another version of Java wrote it.
 */
const wrapper = (lib: string) => `#!/bin/sh
exec java ${FLAGS.join(' ')} -XX:SharedArchiveFile="$(dirname "$0")/classes.jsa" -cp "${lib}/*" ${MAIN} "$@"
`;

/** Starts the server once and keeps its loaded classes: a later start takes a third of the processor time, and each test starts one. */
async function archiveClasses(lib: string, archive: string): Promise<void> {
  const port = await getPort();
  const java = execa('java', [...FLAGS, `-XX:ArchiveClassesAtExit=${archive}`, '-cp', `${lib}/*`, MAIN, `${port}`], {
    reject: false,
    stdio: 'ignore',
  });
  const giveUp = Date.now() + 60_000;
  while (java.exitCode === null && Date.now() < giveUp && !(await answers(port))) await sleep(100);
  java.kill('SIGTERM');
  await java;
}

const answers = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

/**
 * Path of an executable that starts Temporal's time-skipping test server on the port of its first argument, for
 * `TestWorkflowEnvironment.createTimeSkipping({server: {executable: {type: 'existing-path', path}}})`. It comes from
 * Maven once (10 s) and is kept in the cache folder.
 * @throws SetupError if Java, Maven or the download is not available.
 */
export async function testServerPath(progress: Progress = () => {}): Promise<string> {
  await aptInstall({ 'default-jre-headless': 'java' }, progress);
  const folder = await cached(`test-server-${VERSION}`, async (aside) => {
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
  // The archive names the jars by their paths, so it is made when they are in place.
  const lib = path.join(folder, 'lib');
  const starter = await cached(`test-server-${VERSION}-start`, async (aside) => {
    progress('Archiving the classes of the time-skipping Temporal server');
    await archiveClasses(lib, path.join(aside, 'classes.jsa'));
    await writeFile(path.join(aside, 'temporal-test-server'), wrapper(lib));
    await chmod(path.join(aside, 'temporal-test-server'), 0o755);
  });
  return path.join(starter, 'temporal-test-server');
}
