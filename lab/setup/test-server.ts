import { chmod, writeFile } from 'node:fs/promises';
import path from 'node:path';
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

/** The SDK passes the port as first argument and stops the server by a signal; because of `exec`, Java receives it. */
const WRAPPER = `#!/bin/sh
exec java -XX:TieredStopAtLevel=1 -cp "$(dirname "$0")/lib/*" io.temporal.testserver.TestServer "$@"
`;

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
    await writeFile(path.join(aside, 'temporal-test-server'), WRAPPER);
    await chmod(path.join(aside, 'temporal-test-server'), 0o755);
  });
  return path.join(folder, 'temporal-test-server');
}
